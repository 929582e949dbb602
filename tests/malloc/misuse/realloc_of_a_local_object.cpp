// EXPECT tarn: fault: 0x* given to the heap: nobody gave it
#include "malloc/served.hpp"

int main() {
  alignas(16) char local[64] = {};
  std::free(std::realloc(hidden(local + 32), 100));
}
