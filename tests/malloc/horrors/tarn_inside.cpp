// A plugin that holds a libtarn.a of its own.
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <cstring>

extern "C" int use_tarn_inside() {
  tarn::Region region{{.name = "inside"}};
  for (int i = 0; i < 1000; ++i) {
    void* const p = region.allocate(100);
    if (p == nullptr)
      return 1;
    std::memset(p, 1, 100);
  }
  tarn::Heap own{{.name = "own"}};
  void* blocks[300];
  for (unsigned i = 0; i < 300; ++i) {
    blocks[i] = i % 2 == 0 ? own.allocate(i * 10)
                           : tarn::default_heap().allocate(i * 10);
    std::memset(blocks[i], 2, i * 10);
  }
  for (unsigned i = 0; i < 300; ++i)
    (i % 2 == 0 ? own : tarn::default_heap()).deallocate(blocks[i]);
  return 0;
}
