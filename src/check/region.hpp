// region.hpp - what is kept of a checked region: its chunks, and of each the
// blocks, in the order of their addresses.
//
//     RegionState -> Extent (a chunk or a large block) -> Entry, Entry, ...
//
// An extent lies in memory of the system of the size of what it describes,
// which is enough, since the smallest block with its redzones takes as much as
// an entry. When the chunk ends its extent goes with it into a grave.
//
// Threads  confined as the region; `lock` of a state is held while its list of
//          extents changes, and by other threads that look at it.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/thread_number.hpp"
#include "tarn/region.hpp"

#include "base/spin_lock.hpp"
#include "check/fills.hpp"
#include "check/pools.hpp"
#include "check/record.hpp"
#include "check/report.hpp"
#include "port/region_hooks.hpp"
#include "port/world.hpp"

#include <atomic>

namespace tarn::check::regions {

struct RegionState;

inline constexpr std::size_t unit = port::region_redzone;

/// What of a record's spare bits mean. Of a block in pages of its own the four
/// highest are how far behind its entry's `begin` it lies.
inline constexpr unsigned is_closed = 1;     ///< its place is guarded
inline constexpr unsigned is_apart = 2;      ///< it has pages of its own
inline constexpr unsigned has_guard = 4;     ///< behind its pages
inline constexpr unsigned was_given_up = 8;  ///< before it was closed
inline constexpr unsigned offset_shift = 4;

struct Entry {
  Record record;
  std::uint32_t begin;  ///< of its front redzone, in units from the extent's
  std::uint32_t units;  ///< up to behind its back redzone
  Entry* later;         ///< on a list of blocks given up
};

struct alignas(max_align) Extent {
  std::byte* memory;
  std::size_t size;
  Extent* older;
  std::size_t own_size;  ///< bytes of the extent itself
  // Written when the entry is complete; pairs with other threads that look.
  std::atomic<std::uint32_t> count;
  std::uint32_t most;
  PoolNumber pool;
  bool is_large;
  std::uint16_t guards;  ///< calls that guarded pages inside

  Entry* entries() noexcept { return reinterpret_cast<Entry*>(this + 1); }
  [[nodiscard]] bool contains(const std::byte* p) const noexcept {
    return p >= memory && p < memory + size;
  }
};
static_assert(sizeof(Entry) == 48);
static_assert(sizeof(Extent) == 48);

[[nodiscard]] inline std::byte* begin_of(const Extent& extent,
                                         const Entry& entry) noexcept {
  return extent.memory + entry.begin * unit;
}
[[nodiscard]] inline std::byte* end_of(const Extent& extent,
                                       const Entry& entry) noexcept {
  return begin_of(extent, entry) + entry.units * unit;
}
[[nodiscard]] inline std::size_t front_of(const Entry& entry) noexcept {
  if ((entry.record.spare & is_apart) != 0) [[unlikely]]
    return entry.record.spare >> offset_shift;
  const std::size_t align = std::size_t{1} << entry.record.align_log2;
  return align > unit ? align : unit;
}
[[nodiscard]] inline std::byte* block_of(const Extent& extent,
                                         const Entry& entry) noexcept {
  return begin_of(extent, entry) + front_of(entry);
}
// Redzones of a usual block are the sixteen bytes before it and the sixteen to
// 32 behind it, which are read and written as three times sixteen.
struct Words {
  std::uint64_t low, high;
};
inline constexpr std::uint64_t redzone_word = 0xFAFA'FAFA'FAFA'FAFA;
static_assert(redzone_fill == std::byte{0xFA} && sizeof(Words) == unit);

[[nodiscard]] inline BlockUse use_of(const Entry& entry) noexcept {
  return static_cast<BlockUse>(entry.record.use);
}

/// From the front redzone's begin to the back one's end.
struct Sides {
  std::byte* begin;
  std::byte* end;
};
[[nodiscard]] Sides sides_of(const Extent& extent, const Entry& entry) noexcept;

/// The last entry that begins at `p` or before it, or null.
[[nodiscard]] Entry* entry_at(Extent& extent, const std::byte* p) noexcept;

/// The same, or the next one where `p` is nearer to that. For faults.
[[nodiscard]] Entry* nearest_entry(Extent& extent, const std::byte* p) noexcept;

struct RegionState : port::RegionWatch {
  static constexpr unsigned lists = 12;  ///< up to 64 KiB of room

  RegionState* next;  ///< of all that live, or of the unused
  RegionState* before;
  base::SpinLock lock;
  Extent* extents;  ///< newest first
  Extent* last_found;
  PoolNumber number;
  std::uint32_t now;       ///< port::clock_ms(), a while ago
  std::uint32_t now_left;  ///< blocks until it is asked again
  std::uint32_t thread;    ///< own_number() of who asked it last
  Record born;             ///< what records of new blocks have in common
  std::uint32_t since;     ///< port::clock_ms() when this life was drawn
  std::uint32_t lingers;
  bool is_listed;  ///< the number stays the region's when nobody looks any more
  std::size_t given_up;  ///< bytes on the lists
  // Oldest first, by size: used again only when there are many.
  Entry* oldest[lists];
  Entry* newest[lists];
  // Of a sanitizer: a large block's that came for the next block, or null.
  const std::byte* large;
};

[[nodiscard]] inline RegionState& state_of(port::RegionWatch& watch) noexcept {
  return static_cast<RegionState&>(watch);
}

/// The extent of this region that has `p`, or null.
[[nodiscard]] Extent* extent_of(RegionState& state,
                                const std::byte* p) noexcept;

/// The time for a record, and who calls.
void note_freed(RegionState& state, Record& record) noexcept;
[[nodiscard]] inline std::uint16_t this_thread() noexcept {
  const std::uint32_t number = detail::own_number();
  return static_cast<std::uint16_t>(number != 0 ? number - 1
                                                : port::thread_index());
}

/// Calls `look` for each region that lives and is checked, with its lock held,
/// where nobody else is inside it: pass over the others.
void for_each_region(void (*look)(void* context, RegionState& state) noexcept,
                     void* context) noexcept;

/// Looks at one block's redzones, and at the fill where it was given up; tells
/// what is wrong and mends it. Returns the faults.
std::size_t verify(Extent& extent, Entry& entry) noexcept;
std::size_t verify_all(Extent& extent, const std::byte* from) noexcept;

/// A block of `entry` lives from now on: fills its record.
void begin_life(RegionState& state, Entry& entry, std::size_t size,
                std::size_t align) noexcept;

/// Guards whole pages inside. False: refused, which is told.
[[nodiscard]] bool guard_in(Extent& extent, std::byte* memory,
                            std::size_t size) noexcept;
/// It was guarded otherwise.
void count_guard(Extent& extent) noexcept;
/// Writes the redzones of a live block.
void write_redzones(Extent& extent, const Entry& entry) noexcept;

/// A state for a region that begins, for the list of those that live. Null: no
/// memory.
[[nodiscard]] RegionState* take_state() noexcept;
void link(RegionState& state) noexcept;
/// Before there are threads: forks wait for whoever is at the states.
void watch_region_states() noexcept;
/// Before the first, and once: guards, sweeps and searches know of them.
void begin_states() noexcept;

/// Lets regions that start anew ask.
void install() noexcept;

// The table's functions, by file.
void lent(port::RegionWatch& watch, Loan loan, bool is_large) noexcept;
void verify_region(port::RegionWatch& watch) noexcept;
void* allocated(port::RegionWatch& watch, const port::RegionBlock& made,
                std::size_t size, std::size_t align) noexcept;
void* again(port::RegionWatch& watch, std::size_t size,
            std::size_t align) noexcept;
port::RegionBlock find(port::RegionWatch& watch, void* block, std::size_t size,
                       port::RegionUse use) noexcept;
void given_up(port::RegionWatch& watch, void* block) noexcept;
void resized(port::RegionWatch& watch, void* block, std::size_t size,
             std::byte* end) noexcept;

// Of mode full,page.
void* allocated_in_pages(port::RegionWatch& watch,
                         const port::RegionBlock& made, std::size_t size,
                         std::size_t align) noexcept;
void* again_in_pages(port::RegionWatch& watch, std::size_t size,
                     std::size_t align) noexcept;
void given_up_in_pages(port::RegionWatch& watch, void* block) noexcept;
/// As find() tells of it.
[[nodiscard]] port::RegionBlock in_pages(const Extent& extent,
                                         const Entry& entry) noexcept;
/// Tells `p` if it lies in a block's pages before the block. False: it does
/// not.
bool tell_below_block(Extent& extent, const std::byte* p,
                      const char* verb) noexcept;

std::byte* ended(port::RegionWatch& watch, std::byte* from, std::byte* to,
                 Loan chunk) noexcept;
bool retire(port::RegionWatch& watch, Loan loan, std::byte* from, std::byte* to,
            bool is_systems) noexcept;
std::byte* after_mark(port::RegionWatch& watch, std::byte* next,
                      Loan chunk) noexcept;

/// Forgets a chunk that goes back by other ways.
void drop(Extent* extent) noexcept;
void forget_given_up(RegionState& state) noexcept;

// What is told. Place, damage and neighbours are found here.
void tell_block(Fault fault, Extent& extent, Entry& entry, base::Line& line,
                const std::byte* damage, std::size_t damaged) noexcept;
void tell_around(Extent& extent, Entry& entry, std::byte* first,
                 std::size_t size) noexcept;
void tell_written(Extent& extent, Entry& entry, const std::byte* first,
                  std::size_t size, const char* what) noexcept;
void tell_double(Extent& extent, Entry& entry) noexcept;
void tell_interior(Extent& extent, Entry& entry, const std::byte* p,
                   const char* verb) noexcept;
void tell_mismatch(Extent& extent, Entry& entry, std::size_t said,
                   const char* verb) noexcept;
void tell_stray(RegionState& state, const std::byte* p,
                const char* verb) noexcept;
/// A guard beside a live block was touched.
void write_touch(Finding& finding, Extent& extent, Entry& entry,
                 const std::byte* p, bool is_write) noexcept;

}  // namespace tarn::check::regions
