// CHECK full
// EXPECT tarn: fault: delete of 0x*: alignment 16 said, 64 allocated
#include "malloc/served.hpp"

#include <cstdlib>
#include <new>

int main() {
  ::operator delete(hidden(::operator new (100, std::align_val_t{64})));
}
