// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "malloc/served.hpp"

int main() {
  void* const p = hidden(std::malloc(200));
  void* const again = hidden(p);
  std::free(p);
  std::free(again);
}
