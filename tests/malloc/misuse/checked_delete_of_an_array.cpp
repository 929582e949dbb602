// CHECK full
// EXPECT tarn: fault: delete of 0x*: allocated by new[]
#include "malloc/served.hpp"

#include <cstdlib>
#include <new>

int main() {
  ::operator delete(hidden(::operator new[](12)));
}
