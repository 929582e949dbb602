// The buffers that docs/fixed.md names are what the bounds say.
#include "tarn/fixed_heap.hpp"

#include <doctest/doctest.h>

namespace {

template <class Fit, std::size_t largest, std::size_t smallest>
constexpr std::size_t bytes = tarn::FixedHeap<Fit>::required_bytes(4096,
                                                                   largest,
                                                                   smallest);

struct Row {
  std::size_t aligned_first_fit;
  std::size_t buddy;
  std::size_t two_level;
  std::size_t half_fit;
  bool operator==(const Row&) const = default;
};

template <std::size_t largest, std::size_t smallest>
constexpr Row row = {bytes<tarn::aligned_first_fit, largest, smallest>,
                     bytes<tarn::buddy, largest, smallest>,
                     bytes<tarn::two_level, largest, smallest>,
                     bytes<tarn::half_fit, largest, smallest>};

}  // namespace

TEST_CASE("no fit expects more than it requires") {
  using First = tarn::FixedHeap<tarn::aligned_first_fit>;
  using Half = tarn::FixedHeap<tarn::half_fit>;
  CHECK(First::expected_bytes(4096, 256, 128) <=
        First::required_bytes(4096, 256, 128));
  CHECK(First::expected_bytes(4096, 1024, 1000) <=
        First::required_bytes(4096, 1024, 1000));
  CHECK(First::expected_bytes(4096, 256, 16) == 25088);
  CHECK(Half::expected_bytes(4096, 256, 128) <=
        Half::required_bytes(4096, 256, 128));
}

TEST_CASE("docs/fixed.md says how large a buffer for 4096 bytes must be") {
  CHECK((row<256, 256> == Row{4176, 4352, 8960, 16160}));
  CHECK((row<256, 128> == Row{8352, 8704, 13472, 24320}));
  CHECK((row<256, 64> == Row{16704, 17408, 22336, 40432}));
  CHECK((row<256, 16> == Row{41856, 31824, 74432, 137488}));
  CHECK((row<1024, 64> == Row{41856, 31552, 74688, 138736}));
  CHECK((row<1024, 16> == Row{58496, 47872, 283472, 530704}));
}
