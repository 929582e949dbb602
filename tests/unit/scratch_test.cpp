// What per_thread.hpp promises of Scratch.
#include "tarn/per_thread.hpp"
#include "tarn/text.hpp"

#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using tarn::other_than;
using tarn::Region;
using tarn::Scratch;
using tarn::test::Witness;

namespace {

using Order = std::vector<int>;

// Returns in one region and works in the other.
std::string_view twice(Region& out, std::string_view text) {
  const Scratch work{other_than(out)};
  CHECK(&*work != &out);
  return out.concat(work->copy(text), work->copy(text));
}

std::string_view four_times(Region& out, std::string_view text) {
  const Scratch work{other_than(out)};
  return twice(out, twice(*work, text));
}

}  // namespace

TEST_CASE("what a scratch made ends with its scope") {
  Order order;
  const Region* region = nullptr;
  {
    const Scratch here;
    region = &*here;
    REQUIRE(here->make<Witness>(order, 1) != nullptr);
    CHECK(order.empty());
  }
  CHECK(order == Order{1});
  CHECK(region->stats().used == 0);
}

TEST_CASE("scratches nest: an inner one ends what was made since it began") {
  Order order;
  const Scratch outer;
  int* const number = outer->make<int>(5);
  REQUIRE(outer->make<Witness>(order, 1) != nullptr);
  for (int i = 2; i < 5; ++i) {
    const Scratch inner;
    CHECK(&*inner == &*outer);
    REQUIRE(inner->make<Witness>(order, i) != nullptr);
    std::memset(inner->allocate(10'000), 0xff, 10'000);
  }
  CHECK(order == Order{2, 3, 4});
  CHECK(*number == 5);
}

TEST_CASE("a loop of scratches does not grow") {
  const Scratch outer;
  const void* first = nullptr;
  for (int i = 0; i < 1000; ++i) {
    const Scratch inner;
    const void* const block = inner->allocate(100);
    if (first == nullptr)
      first = block;
    CHECK(block == first);
  }
}

TEST_CASE("a function returns in one region and works in the other") {
  const Scratch here;
  CHECK(four_times(*here, "ab") == "abababab");
  Region own;
  CHECK(four_times(own, "cd") == "cdcdcdcd");
  const Scratch work{other_than(*here)};
  CHECK(four_times(*work, "ef") == "efefefef");
}

TEST_CASE("each thread has its own two regions") {
  const Scratch here;
  const Region* others[2] = {};
  std::thread{[&others] {
    const Scratch first;
    const Scratch second{other_than(*first)};
    others[0] = &*first;
    others[1] = &*second;
    CHECK(first->allocate(10) != nullptr);
  }}.join();
  CHECK(others[0] != others[1]);
  CHECK(others[0] != &*here);
}

TEST_CASE("prepare sees to it that the thread has its regions") {
  CHECK(Scratch::prepare());
  std::thread{[] { CHECK(Scratch::prepare()); }}.join();
}

TEST_CASE("a destructor that runs at a scratch's end may use one") {
  std::string seen;
  struct Late {
    std::string* seen;
    ~Late() {
      const Scratch here;
      *seen = here->copy(std::string_view{"late"});
    }
  };
  {
    const Scratch outer;
    REQUIRE(outer->make<Late>(&seen) != nullptr);
  }
  CHECK(seen == "late");
  seen.clear();
  {
    const Scratch outer;
    const Scratch inner;
    REQUIRE(inner->make<Late>(&seen) != nullptr);
  }
  CHECK(seen == "late");
}

TEST_CASE("scratches of the two regions may end in any order") {
  auto first = std::make_unique<Scratch>();
  auto second = std::make_unique<Scratch>(other_than(**first));
  first.reset();
  CHECK((*second)->allocate(10) != nullptr);
  second.reset();
}
