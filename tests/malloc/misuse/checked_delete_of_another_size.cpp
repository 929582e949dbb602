// CHECK full
// EXPECT tarn: fault: delete of 0x*: 48 bytes said, 64 allocated
#include "malloc/served.hpp"

#include <cstdlib>
#include <new>

int main() {
  ::operator delete (hidden(::operator new(64)), std::size_t{48});
}
