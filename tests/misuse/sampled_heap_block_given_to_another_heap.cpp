// EXPECT tarn: fault: free of 0x* into heap 'b': it belongs to heap 'a'
#include "tarn/heap.hpp"

#include "support/sampled.hpp"

int main() {
  tarn::test::sample_all();
  tarn::Heap heap{{.name = "a"}};
  tarn::Heap other{{.name = "b"}};
  other.deallocate(heap.allocate(64));
}
