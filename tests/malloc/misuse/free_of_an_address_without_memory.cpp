// EXPECT tarn: fault: 0x1000 given to the heap: nobody gave it
#include "malloc/served.hpp"

#include <cstdint>

int main() {
  std::free(hidden(reinterpret_cast<void*>(std::uintptr_t{0x1000})));
}
