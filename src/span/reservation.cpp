#include "span/reservation.hpp"

#include "base/order.hpp"
#include "os/memory.hpp"

#include <bit>
#include <new>

namespace tarn::span {
namespace {

// From a terabyte, which nobody fills by granules of forgotten memory, down to
// what a small machine or a sanitizer leaves; below a gigabyte by halves.
constexpr std::size_t ladder[] = {1024 * GiB, 256 * GiB, 64 * GiB, 8 * GiB,
                                  1 * GiB};

/// Where each array lies in the metadata: they begin with a page, so that the
/// pages of one can go without the others'.
struct Layout {
  std::size_t notes;  // behind the ids, which begin it
  std::size_t stretches;
  std::size_t cuts;
  std::size_t descriptors;
  std::size_t size;

  explicit Layout(std::size_t space) noexcept {
    const std::size_t granules = space / granule_size;
    const std::size_t page = os::page_size();
    notes =
        detail::round_up(granules * granule_ids * sizeof(std::uint32_t), page);
    stretches = notes + detail::round_up(granules * sizeof(Note), page);
    cuts = stretches +
           detail::round_up(space / stretch_size * sizeof(Stretch), page);
    descriptors = cuts + detail::round_up(granules * sizeof(CutGranule), page);
    size = detail::round_up(descriptors + granules * sizeof(std::uint32_t),
                            granule_size);
  }
};

std::size_t metadata_of(std::size_t size) noexcept {
  return Layout{size}.size;
}

// The bits of a run of granules, word by word.
class Bits {
 public:
  Bits(std::size_t index, std::size_t granules) noexcept
      : begin_(index), end_(index + granules) {}
  [[nodiscard]] std::size_t first() const noexcept {
    return begin_ / stretch_granules;
  }
  [[nodiscard]] std::size_t words() const noexcept {
    return (end_ - 1) / stretch_granules - first() + 1;
  }
  [[nodiscard]] std::uint64_t word(std::size_t i) const noexcept {
    const std::size_t start = (first() + i) * stretch_granules;
    const std::size_t from = base::larger(begin_, start);
    const std::size_t to = base::smaller(end_, start + stretch_granules);
    return low_bits(static_cast<unsigned>(to - from)) << (from - start);
  }

 private:
  std::size_t begin_;
  std::size_t end_;
};

}  // namespace

bool Reservation::start(std::size_t least, std::size_t most) noexcept {
  least = detail::round_up(base::larger(least, std::size_t{1}), stretch_size);
  for (const std::size_t size : ladder)
    if (size >= least && size + metadata_of(size) <= most && try_start(size))
      return true;
  const std::size_t below = base::smaller(most, ladder[4]);
  std::size_t size = below - below % stretch_size;
  while (size >= least && size + metadata_of(size) > most)
    size -= stretch_size;
  for (; size >= least && size != 0;
       size = size / 2 / stretch_size * stretch_size)
    if (try_start(size))
      return true;
  return false;
}

bool Reservation::try_start(std::size_t size) noexcept {
  std::byte* const memory = os::reserve(size, stretch_size);
  if (memory == nullptr)
    return false;
  const std::size_t metadata_size = metadata_of(size);
  std::byte* const metadata = os::reserve_readable(metadata_size);
  if (metadata == nullptr) {
    os::unreserve(memory, size);
    return false;
  }
  lay_out(size, metadata);
  metadata_size_ = metadata_size;
  begin_ = memory;
  size_ = size;
  return true;
}

void Reservation::lay_out(std::size_t size, std::byte* metadata) noexcept {
  const Layout layout{size};
  ids_ = reinterpret_cast<std::atomic<std::uint32_t>*>(metadata);
  notes_ = reinterpret_cast<Note*>(metadata + layout.notes);
  stretches_ = reinterpret_cast<Stretch*>(metadata + layout.stretches);
  cuts_ = reinterpret_cast<CutGranule*>(metadata + layout.cuts);
  descriptors_ = reinterpret_cast<std::atomic<std::uint32_t>*>(
      metadata + layout.descriptors);
  metadata_ = metadata;
}

// All or nothing, since others claim without the lock.
bool Reservation::claim_at(std::size_t index, std::size_t granules) noexcept {
  const Bits bits{index, granules};
  std::size_t part = 0;
  for (; part < bits.words(); ++part) {
    const std::uint64_t wanted = bits.word(part);
    std::atomic<std::uint64_t>& word = stretches_[bits.first() + part].free;
    std::uint64_t free = word.load(std::memory_order_acquire);
    while ((free & wanted) == wanted &&
           !word.compare_exchange_weak(free, free & ~wanted,
                                       std::memory_order_acquire,
                                       std::memory_order_acquire)) {
    }
    if ((free & wanted) != wanted)
      break;
    note_claim(stretches_[bits.first() + part], free & ~wanted);
  }
  if (part == bits.words())
    return true;
  for (std::size_t i = 0; i < part; ++i)
    stretches_[bits.first() + i].free.fetch_or(bits.word(i),
                                               std::memory_order_release);
  if (part != 0)
    lower_hint(bits.first());
  return false;
}

bool Reservation::extend(std::size_t index, std::size_t granules) noexcept {
  return index + granules <= opened() * stretch_granules &&
         claim_at(index, granules);
}

// As much as a stretch comes anew from the system: whoever asks for so much
// need not touch all of it, and who did before him did perhaps not either.
void Reservation::clear(std::size_t index, std::size_t granules) noexcept {
  const bool is_much = granules >= stretch_granules;
  const Bits bits{index, granules};
  for (std::size_t i = 0; i < bits.words(); ++i) {
    const std::size_t first = (bits.first() + i) * stretch_granules;
    std::uint64_t dirty =
        stretches_[bits.first() + i].dirty.load(std::memory_order_relaxed) &
        bits.word(i);
    if (dirty == 0)
      continue;
    const auto lowest = static_cast<std::size_t>(std::countr_zero(dirty));
    const auto end = static_cast<std::size_t>(std::bit_width(dirty));
    if (is_much && purge_range(first + lowest, first + end) != 0)
      continue;
    for (; dirty != 0; dirty &= dirty - 1) {
      const auto place = static_cast<std::size_t>(std::countr_zero(dirty));
      __builtin_memset(granule(first + place), 0, granule_size);
    }
  }
}

// How many granules, [begin, end), lost their pages. None, where some of these
// are locked: their owner may find there what was there.
std::size_t Reservation::purge_range(std::size_t begin,
                                     std::size_t end) noexcept {
  if (begin == end || !os::purge(granule(begin), (end - begin) * granule_size))
    return 0;
  const Bits bits{begin, end - begin};
  for (std::size_t i = 0; i < bits.words(); ++i)
    stretches_[bits.first() + i].dirty.fetch_and(~bits.word(i),
                                                 std::memory_order_relaxed);
  return end - begin;
}

bool Reservation::open(std::size_t index) noexcept {
  // The tables last: where the system refuses memory, they would be made for
  // nothing.
  if (!os::commit(begin_ + index * stretch_size, stretch_size) ||
      (index >= writable_ && !make_writable(index)))
    return false;
  Stretch* const stretch = ::new (stretches_ + index) Stretch;
  stretch->free.store(low_bits(64), std::memory_order_relaxed);
  opened_.store(index + 1, std::memory_order_release);
  return true;
}

// The part of every table that describes so many stretches that their words
// fill a page; whole pages of the others, since those take more of each.
bool Reservation::make_writable(std::size_t first) noexcept {
  const std::size_t page = os::page_size();
  const std::size_t end =
      base::smaller(first + page / sizeof(Stretch), size_ / stretch_size);
  const auto make = [&](void* table, std::size_t bytes) {
    auto* const start = static_cast<std::byte*>(table) + first * bytes;
    return os::make_writable(start,
                             detail::round_up((end - first) * bytes, page));
  };
  if (!make(ids_, sizeof *ids_ * granule_ids * stretch_granules) ||
      !make(notes_, sizeof *notes_ * stretch_granules) ||
      !make(stretches_, sizeof *stretches_) ||
      !make(cuts_, sizeof *cuts_ * stretch_granules) ||
      !make(descriptors_, sizeof *descriptors_ * stretch_granules))
    return false;
  writable_ = end;
  return true;
}

void Reservation::release(std::byte* memory, std::size_t granules) noexcept {
  const std::size_t first = index_of(memory);
  const std::size_t end = first + granules;
  for (std::size_t at = first; at < end;) {
    const auto place = static_cast<unsigned>(at % stretch_granules);
    const auto part = static_cast<unsigned>(
        base::smaller<std::size_t>(end - at, stretch_granules - place));
    const std::uint64_t bits = low_bits(part) << place;
    Stretch& stretch = stretches_[at / stretch_granules];
    stretch.dirty.fetch_or(bits, std::memory_order_relaxed);
    stretch.free.fetch_or(bits, std::memory_order_release);
    at += part;
  }
  lower_hint(first / stretch_granules);
}

void Reservation::describe(std::size_t index, std::size_t granules, Use use,
                           unsigned extra, unsigned owner) noexcept {
  const std::size_t last = (index + granules - 1) / stretch_granules;
  for (std::size_t i = index / stretch_granules; i <= last; ++i)
    stretches_[i].has_metadata.store(true, std::memory_order_relaxed);
  for (std::size_t i = 0; i < granules; ++i)
    descriptors_[index + i].store(Descriptor{use, extra, owner, i}.word(),
                                  std::memory_order_relaxed);
}

void Reservation::describe_free(std::size_t index,
                                std::size_t granules) noexcept {
  for (std::size_t i = 0; i < granules; ++i)
    descriptors_[index + i].store(0, std::memory_order_relaxed);
}

}  // namespace tarn::span
