// EXPECT tarn: fault: 0x* given to the heap: nobody gave it
#include "malloc/served.hpp"

namespace {
alignas(16) char object[64];
}

int main() {
  std::free(hidden(object));
}
