// Where a small block ends, a page ends only if the next one was touched: a
// load with a mask that reaches into one without memory is slow each time.
#include "tarn/heap.hpp"

#include "heap/thread_heap.hpp"
#include "slab/slab_word.hpp"

#include <cstddef>
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <vector>

namespace {

using namespace tarn;

constexpr std::size_t page = 4 * KiB;

bool has_page(std::uintptr_t address) {
  unsigned char is_there = 0;
  REQUIRE(mincore(reinterpret_cast<void*>(address / page * page), 1,
                  &is_there) == 0);
  return (is_there & 1) != 0;
}

// Blocks that a load may reach beyond the memory of, of the next slab's first
// granule on.
std::size_t at_an_end(Heap& heap, std::size_t size, unsigned count) {
  std::size_t found = 0;
  for (unsigned i = 0; i < count; ++i) {
    const std::uintptr_t last =
        detail::address_of(heap.allocate(size)) + size - 1;
    const std::uintptr_t reached = last + slab::widest_load;
    if (last / span::granule_size == reached / span::granule_size &&
        !has_page(reached))
      ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("a load from a small block reaches no page that nobody touched") {
  for (const std::size_t size : {16u, 32u, 48u, 64u}) {
    CAPTURE(size);
    Heap heap{{.name = "ends"}};
    CHECK(at_an_end(heap, size, 4000) == 0);
  }
}

TEST_CASE("nor does one from a block of a slab of larger ones") {
  for (const std::size_t size : {80u, 256u, 1024u, 1280u}) {
    CAPTURE(size);
    Heap heap{{.name = "ends"}};
    heap.deallocate(heap.allocate(size));
    // Those of strips may.
    std::vector<void*> of_strips;
    for (unsigned i = 0; i < 16; ++i)
      of_strips.push_back(heap.allocate(size));
    CHECK(at_an_end(heap, size, 400) == 0);
  }
}
