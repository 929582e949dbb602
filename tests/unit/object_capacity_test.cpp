// What capacity.hpp promises of magazines and the parts they lie in.
#include "object/capacity.hpp"

#include <doctest/doctest.h>

using namespace tarn;
using namespace tarn::object;

namespace {

constexpr std::size_t parts[] = {Parts::smallest, Parts::medium, Parts::large,
                                 Parts::largest};

std::size_t slab_of(std::size_t part) {
  return part == Parts::smallest ? 4 * KiB
         : part == Parts::medium ? 16 * KiB
                                 : 64 * KiB;
}

}  // namespace

TEST_CASE("a slab of parts has no rest") {
  for (const std::size_t part : parts) {
    const Shape shape = shape_of(part, 64, slab_of(part), false);
    CHECK(shape.first + shape.slots * part + slab_of(part) / 32 >=
          slab_of(part));
  }
}

TEST_CASE("a magazine that grew fills its part") {
  for (std::size_t stride = 1; stride < 8 * KiB; stride += stride / 4 + 1) {
    std::uint32_t capacity = first_capacity(stride);
    for (std::uint32_t next = 0;
         (next = next_capacity(capacity, stride)) != capacity;
         capacity = next) {
      CHECK(next >= capacity + capacity / 2);
      CHECK(next * stride <= bytes_in_last_magazine);
      const std::size_t size = Magazine::size_for(next);
      CHECK(Parts::round_up(size) - size < sizeof(void*));
    }
  }
}

TEST_CASE("a first magazine holds two objects at least") {
  CHECK(first_capacity(1) == capacity_of(Parts::medium));
  CHECK(first_capacity(bytes_in_first_magazine) == 2);
  CHECK(first_capacity(128 * MiB) == 2);
  // The product of the two may be 0 where addresses have 32 bits.
  CHECK(next_capacity(2, 128 * MiB) == 2);
}
