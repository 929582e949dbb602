// EXPECT tarn: fault: use after reset: 0x* lay in region '', reset * ms ago
// CHECK full
// ONLY linux
#include "tarn/per_thread.hpp"
#include "tarn/region.hpp"

int main() {
  volatile char* kept = nullptr;
  {
    tarn::Scratch here;
    kept = static_cast<volatile char*>(here->allocate(64));
  }
  return *kept;
}
