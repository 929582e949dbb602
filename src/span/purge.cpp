// Purging: bits are claimed first, as any user of the granules would claim
// them, then the system takes the pages outside of every lock, merged over
// stretches, and only then do the bits come back. In the other order a new
// owner's data would turn to zero.
#include "base/order.hpp"
#include "os/memory.hpp"
#include "span/reservation.hpp"

#include <bit>

namespace tarn::span {
namespace {

// What nobody needed in so many windows goes but for a reserve, and what nobody
// needed in all of a stretch's windows goes.
constexpr unsigned short_windows = 3;

constexpr unsigned half_granules = stretch_granules / Stretch::halves;
static_assert(half_granules * granule_size == os::huge_page);

// A half is worth a huge page from seven eighths of it in use.
constexpr int crowded = half_granules * 7 / 8;
// And no longer from a quarter of it.
constexpr int deserted = half_granules / 4;

constexpr std::uint64_t half_bits(unsigned half) noexcept {
  return low_bits(half_granules) << (std::size_t{half} * half_granules);
}

std::uint64_t highest(std::uint64_t word, int count) noexcept {
  std::uint64_t found = 0;
  for (; count > 0; --count) {
    const std::uint64_t bit = std::bit_floor(word);
    found |= bit;
    word ^= bit;
  }
  return found;
}

}  // namespace

std::size_t Reservation::purge(std::size_t first, std::size_t count,
                               std::uint32_t now, std::uint32_t half_life,
                               std::size_t* reserve) noexcept {
  std::size_t granules = 0;
  const std::size_t end = base::smaller(first + count, opened());
  while (first < end) {
    Claims claims;
    const std::size_t together =
        base::smaller<std::size_t>(end - first, most_together);
    if (!has_idle(first, together)) {
      first += together;
      continue;
    }
    std::size_t claimed = 0;
    start_purge();
    for (std::size_t i = 0; i < together; ++i) {
      claims.bits[i] = claim_idle(first + i, now, half_life, reserve);
      claimed += static_cast<std::size_t>(std::popcount(claims.bits[i]));
    }
    if (claimed != 0)
      granules += purge_claimed(first, together, claims);
    end_purge();
    first += together;
  }
  return granules * granule_size;
}

bool Reservation::has_idle(std::size_t first,
                           std::size_t count) const noexcept {
  std::uint64_t idle = 0;
  for (std::size_t i = first; i < first + count; ++i)
    idle |= stretches_[i].free.load(std::memory_order_relaxed) &
            stretches_[i].dirty.load(std::memory_order_relaxed);
  return idle != 0;
}

void Reservation::start_purge() noexcept {
  purges_.fetch_add(1, std::memory_order_relaxed);
}

void Reservation::end_purge() noexcept {
  purges_.fetch_add(1, std::memory_order_release);
}

// Whether what a claim missed may have been with a purge: one was under way
// when the claim began, as `seen` tells, or since.
bool Reservation::wait_for_purge(std::uint32_t seen) const noexcept {
  std::uint32_t now = purges_.load(std::memory_order_acquire);
  if (now == seen && now % 2 == 0)
    return false;
  for (unsigned round = 0; now % 2 != 0; ++round) {
    base::back_off(round);
    now = purges_.load(std::memory_order_acquire);
  }
  return true;
}

// Whether a window ended, or several, in all of which least_idle was what it is
// now. The next one begins with what idles at this moment.
bool Reservation::end_window(Stretch& stretch, std::uint32_t now,
                             std::uint32_t length) noexcept {
  const std::uint32_t passed =
      (now - stretch.last_window.load(std::memory_order_relaxed)) / length;
  if (passed == 0)
    return false;
  const unsigned ended = base::smaller(passed, Stretch::windows);
  for (unsigned i = Stretch::windows; i-- != ended;)
    stretch.idle_in[i].store(
        stretch.idle_in[i - ended].load(std::memory_order_relaxed),
        std::memory_order_relaxed);
  const std::uint32_t least =
      stretch.least_idle.load(std::memory_order_relaxed);
  for (unsigned i = 0; i < ended; ++i)
    stretch.idle_in[i].store(static_cast<std::uint8_t>(least),
                             std::memory_order_relaxed);
  stretch.last_window.store(now, std::memory_order_relaxed);
  return true;
}

// How many idle granules the windows say that nobody needs.
int Reservation::unneeded(const Stretch& stretch,
                          std::size_t* reserve) noexcept {
  unsigned least[Stretch::windows];  // up to this window
  least[0] = stretch.idle_in[0].load(std::memory_order_relaxed);
  for (unsigned i = 1; i < Stretch::windows; ++i)
    least[i] = base::smaller<unsigned>(
        least[i - 1], stretch.idle_in[i].load(std::memory_order_relaxed));
  const unsigned never = least[Stretch::windows - 1];
  const unsigned not_lately =
      base::larger(least[0] - least[0] / 2, least[short_windows - 1]);
  std::size_t kept = 0;
  if (reserve != nullptr) {
    kept = base::smaller<std::size_t>(*reserve, not_lately - never);
    *reserve -= kept;
  }
  return static_cast<int>(not_lately - kept);
}

std::uint64_t Reservation::claim_idle(std::size_t index, std::uint32_t now,
                                      std::uint32_t half_life,
                                      std::size_t* reserve) noexcept {
  Stretch& stretch = stretches_[index];
  const int idle = std::popcount(stretch.free.load(std::memory_order_relaxed) &
                                 stretch.dirty.load(std::memory_order_relaxed));
  int excess = idle;
  if (half_life != 0) {
    if (!end_window(stretch, now, half_life))
      return 0;
    excess = base::smaller(idle, unneeded(stretch, reserve));
  }
  const std::uint64_t claimed = claim_highest_idle(index, excess);
  stretch.least_idle.store(
      static_cast<std::uint32_t>(idle - std::popcount(claimed)),
      std::memory_order_relaxed);
  return claimed;
}

// The highest addresses, since the lowest are used again first.
std::uint64_t Reservation::claim_highest_idle(std::size_t index,
                                              int count) noexcept {
  Stretch& stretch = stretches_[index];
  std::uint64_t free = stretch.free.load(std::memory_order_relaxed);
  const std::uint64_t idle =
      free & stretch.dirty.load(std::memory_order_relaxed);
  const std::uint64_t wanted =
      without_part_of_huge(index, highest(idle, count));
  std::uint64_t claimed = wanted & free;
  while (claimed != 0 && !stretch.free.compare_exchange_weak(
                             free, free & ~claimed, std::memory_order_acq_rel,
                             std::memory_order_relaxed))
    claimed = wanted & free;
  return claimed;
}

// Breaking a huge page for a part of it costs more than the part, until most of
// it idles.
std::uint64_t Reservation::without_part_of_huge(std::size_t index,
                                                std::uint64_t bits) noexcept {
  Stretch& stretch = stretches_[index];
  const std::uint64_t used = ~stretch.free.load(std::memory_order_relaxed);
  for (unsigned half = 0; half < Stretch::halves; ++half) {
    const std::uint64_t whole = half_bits(half);
    if (stretch.huge[half].load(std::memory_order_relaxed) == Huge::yes &&
        std::popcount(used & whole) > deserted)
      bits &= ~whole;
  }
  return bits;
}

std::size_t Reservation::purge_claimed(std::size_t first, std::size_t count,
                                       const Claims& claims) noexcept {
  std::size_t purged = 0;
  std::size_t begin = 0;  // the range that waits for its neighbour
  std::size_t end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::uint64_t left = claims.bits[i]; left != 0;) {
      const auto place = static_cast<unsigned>(std::countr_zero(left));
      const auto run = static_cast<unsigned>(std::countr_one(left >> place));
      left &= ~(low_bits(run) << place);
      const std::size_t at = (first + i) * stretch_granules + place;
      if (at != end) {
        purged += purge_range(begin, end);
        begin = at;
      }
      end = at + run;
    }
  }
  purged += purge_range(begin, end);
  for (std::size_t i = 0; i < count; ++i) {
    if (claims.bits[i] == 0)
      continue;
    Stretch& stretch = stretches_[first + i];
    for (unsigned half = 0; half < Stretch::halves; ++half)
      if ((claims.bits[i] & half_bits(half)) != 0)
        break_huge(first + i, half);
    stretch.free.fetch_or(claims.bits[i], std::memory_order_release);
    lower_hint(first + i);
  }
  return purged;
}

void Reservation::break_huge(std::size_t index, unsigned half) noexcept {
  std::atomic<Huge>& huge = stretches_[index].huge[half];
  if (huge.load(std::memory_order_relaxed) == Huge::no)
    return;
  os::allow_huge_pages(
      granule(index * stretch_granules + std::size_t{half} * half_granules),
      os::huge_page, false);
  huge.store(Huge::no, std::memory_order_relaxed);
}

bool Reservation::is_huge(const std::byte* memory) const noexcept {
  const std::size_t index = index_of(memory);
  return stretches_[index / stretch_granules]
             .huge[index % stretch_granules / half_granules]
             .load(std::memory_order_relaxed) == Huge::yes;
}

void Reservation::give_back_pages(std::byte* memory,
                                  std::size_t size) noexcept {
  for (std::size_t half = index_of(memory) / half_granules;
       half <= index_of(memory + size - 1) / half_granules; ++half)
    break_huge(half / Stretch::halves,
               static_cast<unsigned>(half % Stretch::halves));
  // Locked pages stay, and must read as zero all the same.
  if (!os::purge(memory, size))
    __builtin_memset(memory, 0, size);
}

void Reservation::look_for_huge(std::size_t index, std::uint32_t now,
                                bool collapse,
                                std::uint32_t patience) noexcept {
  Stretch& stretch = stretches_[index];
  const std::uint64_t used = ~stretch.free.load(std::memory_order_relaxed);
  for (unsigned half = 0; half < Stretch::halves; ++half) {
    const Huge huge = stretch.huge[half].load(std::memory_order_relaxed);
    const bool is_crowded = std::popcount(used & half_bits(half)) >= crowded;
    if (huge == Huge::yes)
      continue;
    if (!is_crowded || huge == Huge::no) {
      stretch.crowded_since[half].store(now, std::memory_order_relaxed);
      stretch.huge[half].store(is_crowded ? Huge::crowded : Huge::no,
                               std::memory_order_relaxed);
      continue;
    }
    const std::uint32_t since =
        stretch.crowded_since[half].load(std::memory_order_relaxed);
    if (now - since < patience)
      continue;
    std::byte* const memory =
        granule(index * stretch_granules + std::size_t{half} * half_granules);
    // What a pool borrowed and never touched must not become present by this.
    if (os::present(memory, os::huge_page) < os::huge_page / 8 * 7) {
      stretch.crowded_since[half].store(now, std::memory_order_relaxed);
      continue;
    }
    if (os::allow_huge_pages(memory, os::huge_page, true) && collapse)
      os::collapse(memory, os::huge_page);
    stretch.huge[half].store(Huge::yes, std::memory_order_relaxed);
  }
}

}  // namespace tarn::span
