// The end of blocks of a checked region: at a rewind, a reset, its own end.
#include "check/fills.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/stacks.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"
#include "span/space.hpp"

#include <bit>

namespace tarn::check::regions {
namespace {

using port::RegionEnd;
using port::RegionWatch;

std::size_t verify_redzone(Extent& extent, Entry& entry, std::byte* from,
                           std::byte* to) noexcept {
  const Change change =
      find_change(from, detail::bytes_between(from, to), redzone_fill);
  if (!change)
    return 0;
  tell_around(extent, entry, change.first, change.size());
  fill(change.first, change.size(), redzone_fill);
  return 1;
}

// How far sixteen bytes are from those of a redzone, at once where a processor
// can.
using Lanes [[gnu::vector_size(unit)]] = std::uint64_t;

Lanes difference(const std::byte* p) noexcept {
  Lanes words;
  __builtin_memcpy(&words, p, sizeof words);
  return words ^ redzone_word;
}

// Nearly all blocks live, are of the usual alignment, and their redzones whole.
[[gnu::always_inline]] inline bool is_whole(const Extent& extent,
                                            const Entry& entry) noexcept {
  const Record& record = entry.record;
  const std::byte* const begin = begin_of(extent, entry);
  const std::byte* const end = end_of(extent, entry);
  const std::byte* const behind = begin + unit + record.size;
  constexpr unsigned usual_align = std::countr_zero(unit);
  if (record.use != static_cast<std::uint64_t>(BlockUse::live) ||
      record.align_log2 > usual_align || record.spare != 0 ||
      end - behind > 2 * std::ptrdiff_t{unit})
    return false;
  const Lanes all =
      difference(begin) | difference(behind) | difference(end - unit);
  return (all[0] | all[1]) == 0;
}

std::byte* page_up(std::byte* p) noexcept {
  return detail::align_up(p, os::page_size());
}
std::byte* page_down(std::byte* p) noexcept {
  return p - detail::address_of(p) % os::page_size();
}

bool is_in_space(const std::byte* p) noexcept {
  return span::the_space.find(p) != nullptr;
}

Extent* take_extent(RegionState& state, const std::byte* memory) noexcept {
  const base::Locked locked{state.lock};
  state.last_found = nullptr;
  for (Extent** link = &state.extents; *link != nullptr; link = &(*link)->older)
    if ((*link)->memory == memory) {
      Extent* const extent = *link;
      *link = extent->older;
      return extent;
    }
  return nullptr;
}

// Whole pages of what ended in a chunk that stays.
void guard_inside(Extent& extent, std::byte* from, std::byte* to,
                  bool is_certain) noexcept {
  std::byte* const first = page_up(from);
  std::byte* const last = page_down(to);
  if (first >= last)
    return;
  const std::size_t size = detail::bytes_between(first, last);
  const bool is_guarded =
      is_certain ? guard_in(extent, first, size)
                 : guard_in_time(first, size, size / os::page_size());
  if (!is_guarded)
    return;
  if (!is_certain)
    count_guard(extent);
  const std::uint32_t count = extent.count.load(std::memory_order_relaxed);
  for (std::uint32_t i = count; i-- != 0;) {
    Entry& entry = extent.entries()[i];
    if (end_of(extent, entry) <= first)
      break;
    entry.record.spare |= is_closed;
  }
}

// As often as something was guarded, so that what guards may take in mappings
// is given back.
void open(Extent& extent) noexcept {
  std::byte* const first = page_up(extent.memory);
  std::byte* const last = page_down(extent.memory + extent.size);
  for (; extent.guards != 0; --extent.guards)
    static_cast<void>(os::unguard(first, detail::bytes_between(first, last)));
}

}  // namespace

std::size_t verify(Extent& extent, Entry& entry) noexcept {
  if (is_whole(extent, entry) || (entry.record.spare & is_closed) != 0)
      [[likely]]
    return 0;
  const Sides sides = sides_of(extent, entry);
  std::byte* const block = block_of(extent, entry);
  std::byte* const behind = block + entry.record.size;
  std::size_t told = verify_redzone(extent, entry, sides.begin, block) +
                     verify_redzone(extent, entry, behind, sides.end);
  if (use_of(entry) == BlockUse::live)
    return told;
  const Change change = find_change(block, entry.record.size, freed_fill);
  if (!change)
    return told;
  tell_written(extent, entry, change.first, change.size(), "free");
  fill(change.first, change.size(), freed_fill);
  return told + 1;
}

// Newest first: what overflowed last is told first. Those before `from` stay.
std::size_t verify_all(Extent& extent, const std::byte* from) noexcept {
  std::size_t told = 0;
  for (std::uint32_t i = extent.count.load(std::memory_order_acquire);
       i-- != 0;) {
    Entry& entry = extent.entries()[i];
    if (begin_of(extent, entry) < from)
      break;
    if (!is_whole(extent, entry)) [[unlikely]]
      told += verify(extent, entry);
  }
  return told;
}

// The pages from the mark on are none of an older block's, so they can be
// guarded, and the next block comes behind them.
std::byte* after_mark(RegionWatch& watch, std::byte* next,
                      Loan chunk) noexcept {
  forget_given_up(state_of(watch));
  std::byte* const end = chunk.memory + chunk.size;
  std::byte* const page = page_up(next);
  return is_in_space(chunk.memory) && page <= end ? page : next;
}

std::byte* ended(RegionWatch& watch, std::byte* from, std::byte* to,
                 Loan chunk) noexcept {
  RegionState& state = state_of(watch);
  forget_given_up(state);
  Extent* const extent = extent_of(state, chunk.memory);
  if (extent == nullptr || from == to)
    return to;
  static_cast<void>(verify_all(*extent, from));
  state.now = port::clock_ms();
  state.now_left = 0;
  const base::Locked locked{state.lock};
  std::byte* const next = after_mark(watch, to, chunk);
  for (std::uint32_t i = extent->count.load(std::memory_order_relaxed);
       i-- != 0;) {
    Entry& entry = extent->entries()[i];
    if (begin_of(*extent, entry) < from)
      break;
    if ((entry.record.spare & is_closed) != 0)
      continue;
    if (use_of(entry) == BlockUse::live)
      note_freed(state, entry.record);
    fill(block_of(*extent, entry), entry.record.size, freed_fill);
  }
  if (next == page_up(next))
    guard_inside(*extent, from, next, watch.page != 0);
  return next;
}

bool retire(RegionWatch& watch, Loan loan, std::byte* from, std::byte* to,
            bool is_systems) noexcept {
  RegionState& state = state_of(watch);
  forget_given_up(state);
  Extent* const extent = take_extent(state, loan.memory);
  if (extent != nullptr) {
    static_cast<void>(verify_all(*extent, extent->memory));
    open(*extent);
  }
  if (!is_systems) {
    fill(from, detail::bytes_between(from, to), freed_fill);
    if (extent != nullptr)
      drop(extent);
    return false;
  }
  bury({loan.memory, loan.size, from, to, extent, state.number, watch.ending,
        capture_stack(), port::clock_ms(), this_thread(), watch.page != 0});
  return true;
}

void drop(Extent* extent) noexcept {
  open(*extent);
  port::system_take_back(
      {reinterpret_cast<std::byte*>(extent), extent->own_size});
}

}  // namespace tarn::check::regions
