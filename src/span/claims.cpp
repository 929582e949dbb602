// Which granules a claim gets: near, those with pages first, and of a stretch
// those in the thread's part.
#include "base/order.hpp"
#include "span/reservation.hpp"

#include <bit>

namespace tarn::span {
namespace {

// Stretches in which a claim looks for granules with pages, 256 MiB: a line of
// memory each, some hundred nanoseconds where none has any, against the
// microseconds that the faults of a bare granule take.
constexpr std::size_t most_looked_at = 64;

constexpr unsigned hint_bits = 32;
constexpr std::uint64_t hint_mask = (std::uint64_t{1} << hint_bits) - 1;
constexpr std::uint64_t one_release = std::uint64_t{1} << hint_bits;

// An eighth of each stretch is for the threads of one way in eight, as long as
// it has room: what they have then lies side by side. A processor that reads
// ahead takes lines from another one 16 KiB and more behind what it works in
// (docs/decisions/0030-memory-of-threads-apart.md).
std::uint64_t part_of(unsigned thread) noexcept {
  constexpr unsigned ways = 8;
  constexpr unsigned granules = stretch_granules / ways;
  return low_bits(granules) << thread % ways * granules;
}

unsigned find_place(std::uint64_t free, unsigned granules,
                    unsigned thread) noexcept {
  const unsigned own = find_run(free & part_of(thread), granules);
  return own != 64 ? own : find_run(free, granules);
}

}  // namespace

std::byte* Reservation::claim(std::size_t granules, unsigned thread) noexcept {
  for (;;) {
    const std::uint32_t seen = purges_.load(std::memory_order_acquire);
    std::byte* const memory =
        granules > stretch_granules
            ? claim_long(granules)
            : claim_short(static_cast<unsigned>(granules), thread);
    if (memory != nullptr || !wait_for_purge(seen)) [[likely]]
      return memory;
  }
}

// Those that have pages first: a bare granule costs a fault for each page that
// its user touches, while what idles beside it goes back to the system.
std::byte* Reservation::claim_short(unsigned granules,
                                    unsigned thread) noexcept {
  std::byte* const memory = claim_warm(granules, thread);
  return memory != nullptr ? memory : claim_lowest(granules, thread);
}

std::byte* Reservation::claim_warm(unsigned granules,
                                   unsigned thread) noexcept {
  const std::size_t first = hint_.load(std::memory_order_relaxed) & hint_mask;
  const std::size_t end = base::smaller(opened(), first + most_looked_at);
  for (std::size_t i = first; i < end; ++i) {
    const std::uint64_t dirty =
        stretches_[i].dirty.load(std::memory_order_relaxed);
    if ((stretches_[i].free.load(std::memory_order_relaxed) & dirty) == 0)
      continue;
    if (std::byte* const memory = claim_in(i, granules, thread, dirty))
      return memory;
  }
  return nullptr;
}

std::byte* Reservation::claim_lowest(unsigned granules,
                                     unsigned thread) noexcept {
  const std::size_t stretches = size_ / stretch_size;
  for (;;) {
    const std::uint64_t seen = hint_.load(std::memory_order_acquire);
    const std::size_t end = opened();
    bool is_full_so_far = true;
    for (std::size_t i = seen & hint_mask; i < end; ++i) {
      if (stretches_[i].free.load(std::memory_order_acquire) == 0)
        continue;
      if (is_full_so_far)
        raise_hint(seen, i);
      is_full_so_far = false;
      if (std::byte* const memory = claim_in(i, granules, thread, low_bits(64)))
        return memory;
    }
    if (end == stretches)
      return nullptr;
    const base::Locked locked{lock_};
    if (opened() == end && !open(end))
      return nullptr;
  }
}

std::byte* Reservation::claim_in(std::size_t index, unsigned granules,
                                 unsigned thread,
                                 std::uint64_t among) noexcept {
  Stretch& stretch = stretches_[index];
  std::uint64_t free = stretch.free.load(std::memory_order_acquire);
  for (;;) {
    const unsigned place = find_place(free & among, granules, thread);
    if (place == 64)
      return nullptr;
    const std::uint64_t bits = low_bits(granules) << place;
    if (stretch.free.compare_exchange_weak(free, free & ~bits,
                                           std::memory_order_acquire,
                                           std::memory_order_acquire)) {
      note_claim(stretch, free & ~bits);
      return granule(index * stretch_granules + place);
    }
  }
}

void Reservation::note_claim(Stretch& stretch, std::uint64_t free) noexcept {
  const auto idle = static_cast<std::uint32_t>(
      std::popcount(free & stretch.dirty.load(std::memory_order_relaxed)));
  if (idle < stretch.least_idle.load(std::memory_order_relaxed))
    stretch.least_idle.store(idle, std::memory_order_relaxed);
}

std::byte* Reservation::claim_long(std::size_t granules) noexcept {
  const base::Locked locked{lock_};
  for (;;) {
    const std::size_t first = find_long(granules);
    if (first + granules > size_ / granule_size)
      return nullptr;
    while (opened() * stretch_granules < first + granules)
      if (!open(opened()))
        return nullptr;
    if (claim_at(first, granules))
      return granule(first);
    // Someone took a part meanwhile.
  }
}

// The shortest run that is long enough, the lowest of these: what is left over
// of a longer one is seldom long enough for the next, and keeps its pages. Only
// else what is free behind all that is in use. It may begin at any granule, as
// the last one may have ended at any.
std::size_t Reservation::find_long(std::size_t granules) const noexcept {
  std::size_t best = 0;
  std::size_t length = no_limit;
  std::size_t run = 0;  // free ones in a row, ending before stretch i
  const std::size_t end = opened();
  // An exact fit ends it.
  for (std::size_t i = hint_.load(std::memory_order_acquire) & hint_mask;
       i < end && length != granules; ++i) {
    const std::uint64_t free =
        stretches_[i].free.load(std::memory_order_acquire);
    const std::size_t first = i * stretch_granules - run;
    run += static_cast<std::size_t>(std::countr_one(free));
    if (~free == 0)
      continue;
    if (run >= granules && run < length) {
      best = first;
      length = run;
    }
    run = static_cast<std::size_t>(std::countl_one(free));
  }
  return length != no_limit ? best : end * stretch_granules - run;
}

void Reservation::lower_hint(std::size_t index) noexcept {
  std::uint64_t hint = hint_.load(std::memory_order_relaxed);
  std::uint64_t lower = 0;
  do {
    const std::uint64_t place =
        base::smaller<std::uint64_t>(hint & hint_mask, index);
    lower = ((hint & ~hint_mask) + one_release) | place;
  } while (!hint_.compare_exchange_weak(hint, lower, std::memory_order_release,
                                        std::memory_order_relaxed));
}

void Reservation::raise_hint(std::uint64_t seen, std::size_t index) noexcept {
  if (index == (seen & hint_mask))
    return;
  // A claim that begins behind what a purge holds must learn of the purge, as
  // we did from the words that we passed.
  hint_.compare_exchange_strong(seen, (seen & ~hint_mask) | index,
                                std::memory_order_release,
                                std::memory_order_relaxed);
}

}  // namespace tarn::span
