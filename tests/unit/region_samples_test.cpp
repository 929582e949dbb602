// Regions that `sampled` draws, and lets go.
// ONLY linux
#include "tarn/region.hpp"

#include "support/sampled.hpp"

#include <doctest/doctest.h>

namespace tarn {
namespace {

std::byte* one(Region& region) {
  return static_cast<std::byte*>(region.allocate(16));
}

TEST_CASE("A drawn region that lives on is let go when it cost its time") {
  test::sample_all();
  Region region{{.name = "long-lived"}};
  std::byte* last = one(region);
  std::byte* next = one(region);
  CHECK(next - last > 16);
  // A budget that is spent by what came already.
  check::set_sampling_budget(1);
  constexpr int most = 20'000'000;
  int blocks = 0;
  do {
    last = next;
    next = one(region);
  } while (next - last != 16 && ++blocks != most);
  CHECK(blocks != most);
  CHECK(region.check());
  region.deallocate(next, 16);
  CHECK(one(region) == next);
  void* const large = region.allocate(300'000);
  CHECK(region.owns(large));
  CHECK(region.free_large(large));
  region.reset();
  CHECK(region.check());
  set_check_mode(CheckMode::off);
  constexpr std::uint32_t usual = 5'000;
  check::set_sampling_budget(usual);
}

}  // namespace
}  // namespace tarn
