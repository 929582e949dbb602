// EXPECT a steady pool's renew() is noexcept
#include "tarn/object_pool.hpp"

struct Voice {
#ifdef TARN_ACCEPT
  void renew(int) noexcept {}
#else
  void renew(int) {}
#endif
};

int main() {
  tarn::SteadyPool<Voice> voices;
  return voices.acquire(1) ? 1 : 0;
}
