// EXPECT tarn: fault: 0x* given to heap 'b': it is a block of heap 'a'
#include "tarn/heap.hpp"

int main() {
  tarn::Heap a{{.name = "a"}};
  tarn::Heap b{{.name = "b"}};
  b.deallocate(a.allocate(200'000));
}
