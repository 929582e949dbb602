// CHECK full
// EXPECT tarn: fault: delete of 0x*: 48 bytes said, 64 allocated
#include "malloc/served.hpp"

#include <cstdlib>
#include <new>

// Which clang declares only where it is asked to.
void operator delete(void* p, std::size_t size) noexcept;

int main() {
  ::operator delete (hidden(::operator new(64)), std::size_t{48});
}
