// CHECK full
// EXPECT tarn: fault: free of 0x*: allocated by new
#include "malloc/served.hpp"

#include <cstdlib>
#include <new>

int main() {
  std::free(hidden(::operator new(12)));
}
