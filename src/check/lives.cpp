#include "check/lives.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"

#include <bit>

namespace tarn::check {
namespace {

using base::relaxed;

// A line between powers of two: too low by a twelfth at most.
float log2_of(std::uint32_t number) noexcept {
  const auto power = static_cast<unsigned>(std::bit_width(number)) - 1;
  const auto whole = static_cast<float>(std::uint64_t{1} << power);
  return static_cast<float>(power) + static_cast<float>(number) / whole - 1;
}

// Lives shorter than a second count as one.
float evidence_of(const Lives& lives, std::uint32_t age) noexcept {
  constexpr std::uint32_t second = 1000;
  return log2_of(age) -
         log2_of(base::larger(second, lives.longest.load(relaxed)));
}

// A cache that was filled and stays has old ones of nearly one age.
bool go_on(const OldOnes& old, std::uint32_t limit) noexcept {
  return old.oldest >= limit + limit / 2 && old.recent >= least_recent;
}

}  // namespace

void Lives::count_in_batch(std::uint32_t life, std::uint32_t now) noexcept {
  if (now - batch_at.load(relaxed) > batch_ms) {
    const std::uint32_t before = longest.load(relaxed);
    longest_before.store(before, relaxed);
    batch.store(0, relaxed);
    if (life <= before)
      return;
    batch_at.store(now, relaxed);
  }
  const std::uint32_t count = batch.fetch_add(1, relaxed) + 1;
  if (count > largest_batch.load(relaxed))
    largest_batch.store(count, relaxed);
}

std::uint32_t Lives::limit() const noexcept {
  return base::larger(least_age_ms, longest.load(relaxed));
}

bool Lives::is_old(std::uint32_t born, std::uint32_t now) const noexcept {
  const std::uint32_t newest = newest_ended.load(relaxed);
  return now - born > limit() && static_cast<std::int32_t>(newest - born) > 0 &&
         born - first.load(relaxed) >= unjudged_ms;
}

bool OldOnes::add(const Lives& lives, std::uint32_t age,
                  std::uint64_t size) noexcept {
  ++count;
  bytes += size;
  evidence += evidence_of(lives, age);
  if (age < oldest)
    return false;
  oldest = age;
  return true;
}

void OldOnes::count_recent(const Lives& lives, std::uint32_t age) noexcept {
  const std::uint32_t limit = lives.limit();
  recent += age - limit <= (oldest - limit) / 2;
}

bool OldOnes::are_many(const Lives& lives) const noexcept {
  const std::uint32_t batches =
      least_batches * lives.largest_batch.load(relaxed);
  return count >= base::larger(least_old, batches) &&
         lives.ended.load(relaxed) >= least_completed &&
         evidence >= least_evidence;
}

bool OldOnes::are_suspect(const Lives& lives,
                          bool were_suspect) const noexcept {
  return are_many(lives) && (were_suspect || go_on(*this, lives.limit()));
}

}  // namespace tarn::check
