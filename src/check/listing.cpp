#include "check/listing.hpp"

#include "base/memory_orders.hpp"
#include "check/sampling.hpp"
#include "os/process.hpp"

#include <atomic>
#include <cstdint>

namespace tarn::check {
namespace {

using base::relaxed;

// Nanoseconds that a listed region takes more than another one, with its stack.
constexpr std::int64_t cost = 400;
// Of what the sampler may take.
constexpr std::uint64_t part = 5;
// Some four thousand.
constexpr std::int64_t most_listing_credit = 4'000 * cost;

constinit std::atomic<std::int64_t> listing_credit{most_listing_credit};
constinit std::atomic<std::uint64_t> listing_refilled{0};

bool refill_listing() noexcept {
  constexpr std::uint64_t whole = 1'000'000;
  constexpr std::uint64_t second = 1'000'000'000;
  const std::uint64_t now = os::coarse_now();
  std::uint64_t last = listing_refilled.load(relaxed);
  if (now == last ||
      !listing_refilled.compare_exchange_strong(last, now, relaxed))
    return false;
  const std::uint64_t elapsed = now - last < second ? now - last : second;
  const auto earned =
      static_cast<std::int64_t>(elapsed * sampling_budget() / whole / part);
  const std::int64_t before = listing_credit.load(relaxed);
  const std::int64_t after = before + earned;
  listing_credit.fetch_add(
      (after < most_listing_credit ? after : most_listing_credit) - before,
      relaxed);
  return after > 0;
}

}  // namespace

bool may_list_slow() noexcept {
  if (listing_credit.load(relaxed) <= 0 && !refill_listing() &&
      !samples_all()) {
    constexpr std::uint32_t most_to_pass = 512;
    to_pass_unlisted = random_word() % most_to_pass;
    return false;
  }
  listing_credit.fetch_sub(cost, relaxed);
  spend(static_cast<std::uint64_t>(cost));
  return true;
}

}  // namespace tarn::check
