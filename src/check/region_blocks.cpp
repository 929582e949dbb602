// Blocks of a checked region, from their allocation to their giving up.
#include "base/order.hpp"
#include "check/fills.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/stacks.hpp"
#include "port/world.hpp"

#include <bit>

namespace tarn::check::regions {
namespace {

using port::RegionBlock;
using port::RegionUse;
using port::RegionWatch;

// The clock is asked once for so many blocks.
constexpr std::uint32_t blocks_a_time = 64;

// Blocks that were given up are used again beyond these bytes of them, so that
// a region that lives long needs no more for ever.
constexpr std::size_t most_given_up = 256 * KiB;

constexpr std::uint64_t most_size = (std::uint64_t{1} << 40) - 1;

// Sixteen bytes of redzone, anywhere.
void write_unit(std::byte* p) noexcept {
  const Words words = {redzone_word, redzone_word};
  __builtin_memcpy(p, &words, sizeof words);
}

// Redzones of a new block, which is as long as room_of() says.
void write_around(const RegionBlock& made, std::size_t size) noexcept {
  std::byte* const block = made.begin + made.front;
  if (made.front == unit)
    write_unit(made.begin);
  else
    fill(made.begin, made.front, redzone_fill);
  write_unit(block + size);
  write_unit(made.end - unit);
}

// Small blocks are filled beyond their end, where nothing is yet: by as many
// writes each, since of sizes that vary a processor guesses the number wrong
// and loses more than these take.
constexpr std::size_t wide_fill = 256;

bool has_room(const Extent& extent, const std::byte* block) noexcept {
  return detail::bytes_between(block, extent.memory + extent.size) >= wide_fill;
}

unsigned list_of(std::size_t room) noexcept {
  return static_cast<unsigned>(std::bit_width(room / unit)) - 1;
}

std::size_t room_of(const Entry& entry) noexcept {
  return entry.units * unit - front_of(entry);
}

// How the records of the next blocks begin.
void refresh(RegionState& state) noexcept {
  state.now_left = blocks_a_time;
  state.now = port::clock_ms();
  state.thread = detail::own_number();
  state.born = {};
  begin_record(state.born, 0, BlockUse::live, Family::pool, 0);
  state.born.allocated_on = this_thread();
  state.born.allocated_at = state.now;
  state.born.pool = state.number;
}

void note_time(RegionState& state) noexcept {
  if (state.now_left-- == 0 || state.thread != detail::own_number())
      [[unlikely]]
    refresh(state);
}

[[gnu::always_inline]] inline void begin_life_here(RegionState& state,
                                                   Entry& entry,
                                                   std::size_t size,
                                                   std::size_t align) noexcept {
  note_time(state);
  const StackId stack =
      capture_stack_at(reinterpret_cast<std::uintptr_t>(state.frame));
  Record& record = entry.record;
  record = state.born;
  begin_record(record, size, BlockUse::live, Family::pool,
               static_cast<unsigned>(__builtin_ctzll(align)));
  record.allocated_by = stack;
}

// Both are written one after the other, in memory that was somebody's a while
// ago.
void fetch_soon(const Entry* entry, const std::byte* next) noexcept {
  constexpr unsigned entries_ahead = 5;
  constexpr std::size_t bytes_ahead = 512;
  __builtin_prefetch(entry + entries_ahead, 1);
  __builtin_prefetch(next + bytes_ahead, 1);
}

// The first of a list that has the room; those behind it wait their turn.
Entry* take_given_up(RegionState& state, unsigned list,
                     std::size_t room) noexcept {
  Entry* const entry = state.oldest[list];
  if (entry == nullptr || room_of(*entry) < room)
    return nullptr;
  state.oldest[list] = entry->later;
  state.given_up -= room_of(*entry);
  state.may_serve_again = state.given_up > most_given_up;
  return entry;
}

void add_given_up(RegionState& state, Entry& entry) noexcept {
  const std::size_t room = room_of(entry);
  const unsigned list = list_of(room);
  if (list >= RegionState::lists || front_of(entry) != unit)
    return;
  entry.later = nullptr;
  (state.oldest[list] == nullptr ? state.oldest[list]
                                 : state.newest[list]->later) = &entry;
  state.newest[list] = &entry;
  state.given_up += room;
  state.may_serve_again = state.given_up > most_given_up;
}

const char* verb_of(RegionUse use) noexcept {
  return use == RegionUse::resized ? "resize" : "free";
}

// A pointer that no extent has. Blocks from before the region was looked at,
// and those of size 0 that lie nowhere, are not known and may come.
void tell_unknown(RegionState& state, const std::byte* p, std::size_t size,
                  const char* verb) noexcept {
  Grave grave;
  if (size == 0 || state.region->owns(p))
    return;
  if (!find_grave(p, true, grave))
    return tell_stray(state, p, verb);
  Finding finding{.fault = Fault::use_after_end};
  write_late_use(finding, grave, p, verb);
  report(finding);
}

}  // namespace

void begin_life(RegionState& state, Entry& entry, std::size_t size,
                std::size_t align) noexcept {
  begin_life_here(state, entry, size, align);
}

Entry* entry_at(Extent& extent, const std::byte* p) noexcept {
  const auto offset = static_cast<std::size_t>(p - extent.memory) / unit;
  std::uint32_t from = 0;
  std::uint32_t to = extent.count.load(std::memory_order_acquire);
  while (from != to) {
    const std::uint32_t middle = from + (to - from) / 2;
    if (extent.entries()[middle].begin <= offset)
      from = middle + 1;
    else
      to = middle;
  }
  return from == 0 ? nullptr : &extent.entries()[from - 1];
}

void write_redzones(Extent& extent, const Entry& entry) noexcept {
  const Sides sides = sides_of(extent, entry);
  std::byte* const block = block_of(extent, entry);
  std::byte* const behind = block + entry.record.size;
  fill(sides.begin, detail::bytes_between(sides.begin, block), redzone_fill);
  fill(behind, detail::bytes_between(behind, sides.end), redzone_fill);
}

void* allocated(RegionWatch& watch, const RegionBlock& given, std::size_t size,
                std::size_t align) noexcept {
  RegionState& state = state_of(watch);
  const RegionBlock made = given;  // which no write below can change
  std::byte* const block = made.begin + made.front;
  Extent* extent = state.extents;
  if (extent != nullptr && !extent->contains(made.begin))
    extent = extent_of(state, made.begin);
  if (extent != nullptr && size <= wide_fill && has_room(*extent, block))
    fill(block, wide_fill, fresh_fill);
  else
    fill(block, size, fresh_fill);
  write_around(made, size);
  const std::uint32_t count =
      extent != nullptr ? extent->count.load(std::memory_order_relaxed) : 0;
  if (extent == nullptr || count == extent->most)
    return block;
  Entry& entry = extent->entries()[count];
  fetch_soon(&entry, made.end);
  entry.begin = static_cast<std::uint32_t>(
      detail::bytes_between(extent->memory, made.begin) / unit);
  entry.units = static_cast<std::uint32_t>(
      detail::bytes_between(made.begin, made.end) / unit);
  begin_life_here(state, entry, size, align);
  extent->count.store(count + 1, std::memory_order_release);
  return block;
}

void* again(RegionWatch& watch, std::size_t size, std::size_t align) noexcept {
  RegionState& state = state_of(watch);
  if (state.given_up <= most_given_up || align > unit)
    return nullptr;
  const std::size_t room = port::room_of(size);
  const unsigned list = list_of(room);
  if (size > no_limit / 2 || list + 1 >= RegionState::lists)
    return nullptr;
  Entry* entry = take_given_up(state, list, room);
  if (entry == nullptr)
    entry = take_given_up(state, list + 1, room);
  if (entry == nullptr)
    return nullptr;
  // An entry lies in its extent, which lies before it.
  Extent* extent = state.extents;
  while (entry < extent->entries() || entry >= extent->entries() + extent->most)
    extent = extent->older;
  static_cast<void>(verify(*extent, *entry));
  begin_life_here(state, *entry, size, align);
  std::byte* const block = block_of(*extent, *entry);
  fill(block, size, fresh_fill);
  write_redzones(*extent, *entry);
  return block;
}

RegionBlock find(RegionWatch& watch, void* p, std::size_t size,
                 RegionUse use) noexcept {
  RegionState& state = state_of(watch);
  auto* const block = static_cast<std::byte*>(p);
  Extent* const extent = extent_of(state, block);
  Entry* const entry = extent != nullptr ? entry_at(*extent, block) : nullptr;
  if (entry == nullptr || block >= end_of(*extent, *entry)) {
    if (extent != nullptr && tell_below_block(*extent, block, verb_of(use)))
      return {};
    // What is no large block may be freed as one.
    if (use != RegionUse::freed)
      tell_unknown(state, block, size, verb_of(use));
    return {};
  }
  // Whether it is one was the question. One that was given up below a mark
  // still has its memory.
  const bool may_be_freed =
      extent->is_large && block == block_of(*extent, *entry);
  if (use == RegionUse::freed && !may_be_freed)
    return {};
  if (block != block_of(*extent, *entry))
    tell_interior(*extent, *entry, block, verb_of(use));
  else if (use != RegionUse::freed && use_of(*entry) != BlockUse::live)
    tell_double(*extent, *entry);
  else if (use != RegionUse::freed && size != entry->record.size)
    tell_mismatch(*extent, *entry, size, verb_of(use));
  else {
    static_cast<void>(verify(*extent, *entry));
    if ((entry->record.spare & is_apart) != 0)
      return in_pages(*extent, *entry);
    return {begin_of(*extent, *entry), end_of(*extent, *entry),
            front_of(*entry)};
  }
  return {};
}

void given_up(RegionWatch& watch, void* p) noexcept {
  RegionState& state = state_of(watch);
  auto* const block = static_cast<std::byte*>(p);
  Extent* const extent = extent_of(state, block);
  Entry& entry = *entry_at(*extent, block);
  note_time(state);
  note_freed(state, entry.record);
  fill(block, entry.record.size, freed_fill);
  if (!extent->is_large)
    add_given_up(state, entry);
}

void resized(RegionWatch& watch, void* p, std::size_t size,
             std::byte* end) noexcept {
  RegionState& state = state_of(watch);
  auto* const block = static_cast<std::byte*>(p);
  Extent* const extent = extent_of(state, block);
  Entry& entry = *entry_at(*extent, block);
  const std::size_t before = entry.record.size;
  entry.record.size = size & most_size;
  if ((entry.record.spare & is_closed) != 0)
    return;  // one of no bytes
  if ((entry.record.spare & is_apart) != 0)
    return write_redzones(*extent, entry);
  entry.units = static_cast<std::uint32_t>(
      detail::bytes_between(begin_of(*extent, entry), end) / unit);
  if (size > before)
    fill(block + before, size - before, fresh_fill);
  write_redzones(*extent, entry);
}

void forget_given_up(RegionState& state) noexcept {
  for (unsigned list = 0; list < RegionState::lists; ++list)
    state.oldest[list] = nullptr;
  state.given_up = 0;
  state.may_serve_again = false;
}

}  // namespace tarn::check::regions
