// EXPECT tarn: fault: 0x* given to the heap: it is a block of heap 'a'
#include "tarn/heap.hpp"

int main() {
  tarn::Heap a{{.name = "a", .compact = true}};
  tarn::default_heap().deallocate(a.allocate(200));
}
