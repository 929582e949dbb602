// EXPECT tarn: fault: 0x* given to the heap: it is not tarn's
#include "tarn/heap.hpp"

int main() {
  int local = 0;
  static_cast<void>(tarn::default_heap().usable_size(&local));
}
