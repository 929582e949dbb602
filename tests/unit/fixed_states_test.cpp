// Every state that a small heap can get into, whatever is asked of it, and how
// many there are: in each of them the laws hold for each call that is possible.
// With a sanitizer that takes minutes, and random programs are run with one.
// OPTIMISED
// ONLY plain
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"
#include "support/small_world.hpp"

#include <doctest/doctest.h>

using tarn::FixedHeap;
using tarn::test::SmallWorld;

namespace {

struct Small {
  std::size_t bytes;   // of the buffer
  std::size_t states;  // that it has for requests of 1, 20, 40 and 100 bytes
  // Of a heap of required_bytes for requests of 8 and 24 bytes:
  std::size_t live;         // bytes, at most
  std::size_t live_states;  // that it has
};

// As large as leaves no more than some 20 000 states.
template <class Fit>
constexpr Small small{};
template <>
constexpr Small small<tarn::aligned_first_fit>{208, 17602, 72, 2198};
template <>
constexpr Small small<tarn::buddy>{170, 19001, 56, 6571};
template <>
constexpr Small small<tarn::half_fit>{192, 18299, 72, 6397};
template <>
constexpr Small small<tarn::two_level>{320, 22311, 72, 6146};
template <>
constexpr Small small<tarn::first_fit>{208, 23072, 72, 3296};
template <>
constexpr Small small<tarn::next_fit>{192, 17967, 40, 5668};
template <>
constexpr Small small<tarn::best_fit>{208, 23072, 72, 3381};

}  // namespace

FOR_EACH_FIT("the laws hold in every state of a small heap") {
  static_assert(small<Fit>.states >= 10000);
  static SmallWorld<Fit> world{small<Fit>.bytes, {{1, 20, 40, 100}}};
  world.fill();
  CHECK(world.states() == small<Fit>.states);
}

FOR_EACH_FIT("no state of a heap of required_bytes refuses a request") {
  constexpr std::size_t live = small<Fit>.live;
  static SmallWorld<Fit> world{FixedHeap<Fit>::required_bytes(live, 24, 8),
                               {{8, 24}, live}};
  CHECK(world.states() == small<Fit>.live_states);
}

TEST_CASE("no state of a heap of expected_bytes refuses a request") {
  using Heap = FixedHeap<tarn::aligned_first_fit>;
  constexpr std::size_t bytes = Heap::expected_bytes(80, 56, 8);
  static_assert(bytes < Heap::required_bytes(80, 56, 8));
  static SmallWorld<tarn::aligned_first_fit> world{bytes, {{8, 24, 56}, 80}};
  CHECK(world.states() == 4838);
}
