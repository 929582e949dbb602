// Blocks of a region that have pages of their own in its chunks.
//
//     guard | slack, block | guard | slack, block | guard | ...
//
// The guard behind a block is that before the next one. A block ends at its
// guard, up to its alignment, and what is beside it in its pages is filled.
// When it ends its pages are a guard, too.
//
// Where the system refuses the guard behind a block, the beginning of that page
// is filled in its place.
#include "base/order.hpp"
#include "check/degrade.hpp"
#include "check/fills.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"
#include "span/limit.hpp"

#include <limits>
#include <new>

namespace tarn::check::regions {
namespace {

using port::RegionBlock;
using port::RegionWatch;

// What is filled of a page that is no guard.
constexpr std::size_t margin = 64;

// Pages of blocks that were given up are used again beyond these bytes of
// addresses, so that a region that lives long needs no more for ever.
constexpr std::size_t most_pages_given_up = 64 * MiB;
constexpr std::size_t given_up_of_limited = 1 * MiB;

std::size_t most_closed() noexcept {
  return span::is_limited() ? given_up_of_limited : most_pages_given_up;
}

std::byte* align_down(std::byte* p, std::size_t align) noexcept {
  return p - (detail::address_of(p) & (align - 1));
}

bool has(const Entry& entry, unsigned bit) noexcept {
  return (entry.record.spare & bit) != 0;
}

std::byte* first_page(const Extent& extent, const Entry& entry) noexcept {
  return align_down(block_of(extent, entry), os::page_size());
}
// Where its guard begins.
std::byte* limit_of(const Extent& extent, const Entry& entry) noexcept {
  return end_of(extent, entry) - os::page_size();
}

// One of no bytes lies in its page, too.
std::byte* place_before(std::byte* limit, std::size_t size,
                        std::size_t align) noexcept {
  return align_down(limit - base::larger<std::size_t>(size, 1), align);
}

void set_place(const Extent& extent, Entry& entry, std::byte* block,
               const std::byte* end) noexcept {
  const std::size_t at = detail::bytes_between(extent.memory, block);
  entry.begin = static_cast<std::uint32_t>(at / unit);
  entry.units = static_cast<std::uint32_t>(
      detail::bytes_between(extent.memory, end) / unit - at / unit);
}

void set_spare(Entry& entry, const std::byte* block, unsigned bits) noexcept {
  const std::uint64_t offset = detail::address_of(block) % unit;
  entry.record.spare = (offset << offset_shift | is_apart | bits) & 0xFF;
}

// Pages of a block that was given up.
bool open_again(Extent& extent, std::byte* memory, std::size_t size) noexcept {
  if (!os::unguard(memory, size))
    return false;
  if (!os::has_guard_marks())
    --extent.guards;
  return true;
}

// Nobody may touch one of no bytes.
unsigned close_around(Extent& extent, std::byte* block, std::byte* limit,
                      std::size_t size) noexcept {
  const std::size_t page = os::page_size();
  if (size != 0)
    return guard_in(extent, limit, page) ? has_guard : 0;
  std::byte* const first = align_down(block, page);
  const std::size_t all = detail::bytes_between(first, limit) + page;
  return guard_in(extent, first, all) ? has_guard | is_closed : 0;
}

// The extent that has the entry, behind which it lies.
Extent& extent_with(RegionState& state, const Entry* entry) noexcept {
  Extent* extent = state.extents;
  while (entry < extent->entries() || entry >= extent->entries() + extent->most)
    extent = extent->older;
  return *extent;
}

// By their pages.
std::size_t given_up_list_of(std::size_t bytes) noexcept {
  return bytes / os::page_size() - 1;
}

void note_given_up(RegionState& state, std::size_t list,
                   bool is_more) noexcept {
  const std::size_t bytes = (list + 2) * os::page_size();
  state.given_up += is_more ? bytes : -bytes;
  state.may_serve_again = state.given_up > most_closed();
}

void add_given_up(RegionState& state, Entry& entry, std::size_t list) noexcept {
  if (list >= RegionState::lists)
    return;
  entry.later = nullptr;
  (state.oldest[list] == nullptr ? state.oldest[list]
                                 : state.newest[list]->later) = &entry;
  state.newest[list] = &entry;
  note_given_up(state, list, true);
}

}  // namespace

void count_guard(Extent& extent) noexcept {
  // Marks take no mappings.
  if (extent.guards == 0 || !os::has_guard_marks())
    ++extent.guards;
}

bool guard_in(Extent& extent, std::byte* memory, std::size_t size) noexcept {
  if (extent.guards == std::numeric_limits<std::uint16_t>::max() ||
      !guard_now(memory, size))
    return false;
  count_guard(extent);
  return true;
}

Sides sides_of(const Extent& extent, const Entry& entry) noexcept {
  if (!has(entry, is_apart)) [[likely]]
    return {begin_of(extent, entry), end_of(extent, entry)};
  return {first_page(extent, entry),
          limit_of(extent, entry) + (has(entry, has_guard) ? 0 : margin)};
}

void* allocated_in_pages(RegionWatch& watch, const RegionBlock& made,
                         std::size_t size, std::size_t align) noexcept {
  // It is no news where somebody set a limit.
  if (!made.has_pages) {
    if (!span::is_limited())
      degraded(Degraded::no_pages);
    return allocated(watch, made, size, align);
  }
  RegionState& state = state_of(watch);
  std::byte* const limit = made.end - watch.page;
  std::byte* const block = place_before(limit, size, align);
  fill(block, size, fresh_fill);
  Extent* const extent = extent_of(state, made.begin);
  const std::uint32_t count =
      extent != nullptr ? extent->count.load(std::memory_order_relaxed) : 0;
  if (extent == nullptr || count == extent->most)
    return block;
  Entry& entry = extent->entries()[count];
  set_place(*extent, entry, block, made.end);
  begin_life(state, entry, size, align);
  if (made.front != 0)
    static_cast<void>(
        guard_in(*extent, made.begin + made.front - watch.page, watch.page));
  set_spare(entry, block, close_around(*extent, block, limit, size));
  if (!has(entry, is_closed))
    write_redzones(*extent, entry);
  extent->count.store(count + 1, std::memory_order_release);
  return block;
}

void* again_in_pages(RegionWatch& watch, std::size_t size,
                     std::size_t align) noexcept {
  RegionState& state = state_of(watch);
  if (size == 0 || size > no_limit / 2 || align > watch.page)
    return nullptr;
  const std::size_t pages = port::pages_of(size, watch.page);
  const std::size_t list = given_up_list_of(pages);
  if (list >= RegionState::lists || state.oldest[list] == nullptr)
    return nullptr;
  Entry& entry = *state.oldest[list];
  state.oldest[list] = entry.later;
  note_given_up(state, list, false);
  Extent& extent = extent_with(state, &entry);
  std::byte* const limit = limit_of(extent, entry);
  if (!has(entry, is_closed))
    static_cast<void>(verify(extent, entry));
  else if (!open_again(extent, limit - pages, pages))
    return nullptr;
  const unsigned guard = entry.record.spare & has_guard;
  std::byte* const block = place_before(limit, size, align);
  set_place(extent, entry, block, limit + watch.page);
  begin_life(state, entry, size, align);
  set_spare(entry, block, guard);
  fill(block, size, fresh_fill);
  write_redzones(extent, entry);
  return block;
}

void given_up_in_pages(RegionWatch& watch, void* p) noexcept {
  RegionState& state = state_of(watch);
  auto* const block = static_cast<std::byte*>(p);
  Extent& extent = *extent_of(state, block);
  Entry& entry = *entry_at(extent, block);
  state.now = port::clock_ms();
  note_freed(state, entry.record);
  const std::size_t size = entry.record.size;
  if (!has(entry, is_apart))
    return fill(block, size, freed_fill);
  std::byte* const first = first_page(extent, entry);
  const std::size_t pages =
      detail::bytes_between(first, limit_of(extent, entry));
  entry.record.spare |= was_given_up;
  if (guard_in(extent, first, pages))
    entry.record.spare |= is_closed;
  else
    fill(block, size, freed_fill);
  if (!extent.is_large)
    add_given_up(state, entry, given_up_list_of(pages));
}

RegionBlock in_pages(const Extent& extent, const Entry& entry) noexcept {
  std::byte* begin = first_page(extent, entry);
  // A large one is known by what lies before the page in front of it.
  if (extent.is_large)
    begin -= base::larger(std::size_t{1} << entry.record.align_log2,
                          os::page_size());
  return {begin, limit_of(extent, entry),
          detail::bytes_between(begin, block_of(extent, entry)), true};
}

Entry* nearest_entry(Extent& extent, const std::byte* p) noexcept {
  Entry* const below = entry_at(extent, p);
  Entry* const above = below != nullptr ? below + 1 : extent.entries();
  const std::uint32_t count = extent.count.load(std::memory_order_acquire);
  if (above == extent.entries() + count || !has(*above, is_apart))
    return below;
  if (below == nullptr || p >= first_page(extent, *above))
    return above;
  const std::byte* const end = block_of(extent, *below) + below->record.size;
  const std::byte* const next = block_of(extent, *above);
  return p < end || p - end <= next - p ? below : above;
}

bool tell_below_block(Extent& extent, const std::byte* p,
                      const char* verb) noexcept {
  Entry* const entry = nearest_entry(extent, p);
  if (entry == nullptr || p >= block_of(extent, *entry))
    return false;
  tell_interior(extent, *entry, p, verb);
  return true;
}

}  // namespace tarn::check::regions
