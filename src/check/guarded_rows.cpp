// The pieces, and their rooms by turns. The lock is held for the queues alone:
// system calls and fills are outside of it, while the room is nobody else's.
#include "check/guarded_rows.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "check/degrade.hpp"
#include "check/guarded.hpp"
#include "check/sampling.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"
#include "thread/table.hpp"

namespace tarn::check {
namespace {

using base::acquire;
using base::relaxed;
using base::release;

// The `extra` of the page map; what is below is of full's blocks.
constexpr unsigned our_extra = 8;

struct Kind {
  std::size_t room;    // bytes, or a page where that is more
  std::uint32_t most;  // rooms
  // In use at once. Of pages alone that is what they cost a process: 2 MiB;
  // what is larger would be as much memory elsewhere.
  std::uint32_t most_live;
};
constexpr Kind kinds[guarded_rows] = {
    {4 * KiB, 4096, 512}, {64 * KiB, 512, 192}, {1 * MiB, 32, 8}};
constexpr std::uint32_t all_slots = 4096 + 512 + 32;

// Of those that may be in use: from here on the long-lived leave no room for
// the rest.
constexpr std::uint32_t many_of(std::uint32_t most) noexcept {
  return most / 4 * 3;
}

TARN_SPARSE constinit GuardedSlot slots[all_slots] = {};
TARN_SPARSE constinit std::uint16_t queues[all_slots] = {};

constinit base::SpinLock rows_lock;

enum class Beginning : std::uint32_t { not_yet, under_way, done };

struct Row {
  std::uint32_t begin;  // of its slots
  // Written once, before the count: the release of that pairs with the acquire
  // of whoever looks.
  std::byte* piece = nullptr;
  std::atomic<std::uint32_t> count{0};
  std::atomic<Beginning> beginning{Beginning::not_yet};
  // Under the lock. Rooms of which none was used yet come first, then those in
  // the queue.
  std::uint32_t used = 0;
  std::uint32_t first = 0;
  std::uint32_t waiting = 0;
  // Written under the lock; others only look.
  std::atomic<std::uint32_t> live{0};
};
constinit Row rows[guarded_rows] = {{0}, {4096}, {4096 + 512}};

// How many live slots have a stack of these, as Linux's KFENCE keeps it: a
// Bloom filter of counts.
constexpr std::uint32_t covers = 1024;
TARN_SPARSE constinit std::atomic<std::uint16_t> cover_counts[covers] = {};

std::uint32_t second_cover(std::uint32_t cover) noexcept {
  return (cover * 0x9E37'79B1u >> 16) % covers;
}

bool is_covered(std::uint32_t cover) noexcept {
  return cover_counts[cover % covers].load(relaxed) != 0 &&
         cover_counts[second_cover(cover)].load(relaxed) != 0;
}

void count_cover(std::uint32_t cover, bool is_more) noexcept {
  const auto by = static_cast<std::uint16_t>(is_more ? 1 : -1);
  cover_counts[cover % covers].fetch_add(by, relaxed);
  cover_counts[second_cover(cover)].fetch_add(by, relaxed);
}

void hold_rows() noexcept TARN_UNCHECKED_LOCKS {
  rows_lock.lock();
}

void release_rows() noexcept TARN_UNCHECKED_LOCKS {
  rows_lock.unlock();
}

std::byte* room_in(const Row& row, std::uint32_t number) noexcept {
  const std::size_t room = room_size(static_cast<unsigned>(&row - rows));
  return row.piece + (2 * std::size_t{number} + 1) * room;
}

// A part of the space, so that whoever has a pointer finds its way here by the
// page map. Of a limit it takes nothing: few of its pages are ever there.
std::byte* claim(unsigned row, std::uint32_t& count) noexcept {
  constexpr std::uint32_t least = 16;
  const std::size_t room = room_size(row);
  count = base::smaller(
      kinds[row].most,
      static_cast<std::uint32_t>(kinds[row].most * kinds[row].room / room));
  for (; count >= least; count /= 2) {
    const std::size_t size = 2 * std::size_t{count} * room;
    const std::size_t granules = size / span::granule_size;
    std::byte* const memory =
        room > span::granule_size
            ? span::the_space.claim_aligned(granules, room, span::Use::checked,
                                            our_extra)
            : span::the_space.claim(granules, span::Use::checked, our_extra);
    if (memory == nullptr)
      continue;
    span::discharge(granules);
    span::count_addresses(static_cast<std::ptrdiff_t>(size));
    return memory;
  }
  return nullptr;
}

// The first one who comes; nothing is locked, and others do without meanwhile.
void begin_row(unsigned number) noexcept {
  Row& row = rows[number];
  Beginning expected = Beginning::not_yet;
  if (!row.beginning.compare_exchange_strong(expected, Beginning::under_way,
                                             relaxed))
    return;
  std::uint32_t count = 0;
  row.piece = claim(number, count);
  if (row.piece == nullptr)
    return degraded(Degraded::no_records);
  if (!os::has_guard_marks())
    degraded(Degraded::no_guard_marks);
  const std::size_t size = 2 * std::size_t{count} * room_size(number);
  os::allow_huge_pages(row.piece, size, false);
  if (!os::guard(row.piece, size))
    return degraded(Degraded::no_guards);
  watch_guards(whose_guarded_slot);
  // The last room is the guard behind the last slot.
  row.count.store(count - 1, release);
  row.beginning.store(Beginning::done, relaxed);
}

std::uint32_t next_room(Row& row, const Kind& kind) noexcept
    TARN_REQUIRES(rows_lock) {
  if (row.used < row.count.load(relaxed))
    return row.used++;
  const std::uint32_t number = queues[row.begin + row.first];
  row.first = (row.first + 1) % kind.most;
  --row.waiting;
  return number;
}

}  // namespace

unsigned row_for(std::size_t size, std::size_t align) noexcept {
  unsigned row = 0;
  while (row < guarded_rows &&
         (size > room_size(row) || align > room_size(row)))
    ++row;
  return row;
}

std::size_t room_size(unsigned row) noexcept {
  return base::larger(kinds[row].room, os::page_size());
}

std::uint32_t rooms_of(unsigned row) noexcept {
  return rows[row].count.load(acquire);
}

GuardedSlot& slot_in(unsigned row, std::uint32_t number) noexcept {
  return slots[rows[row].begin + number];
}

GuardedSlot* take_room(unsigned number, std::uint32_t cover) noexcept {
  Row& row = rows[number];
  const Kind& kind = kinds[number];
  if (rooms_of(number) == 0) [[unlikely]]
    begin_row(number);
  const base::Locked locked{rows_lock};
  const std::uint32_t in_use = row.live.load(relaxed);
  if (rooms_of(number) == 0 || in_use >= kind.most_live ||
      (in_use >= many_of(kind.most_live) && is_covered(cover)) ||
      (row.used == row.count.load(relaxed) && row.waiting == 0))
    return nullptr;
  row.live.store(in_use + 1, relaxed);
  GuardedSlot& slot = slots[row.begin + next_room(row, kind)];
  slot.cover = cover;
  count_cover(cover, true);
  return &slot;
}

void put_room(const GuardedSlot& slot) noexcept {
  const unsigned number = row_of(slot);
  Row& row = rows[number];
  const base::Locked locked{rows_lock};
  count_cover(slot.cover, false);
  queues[row.begin + (row.first + row.waiting) % kinds[number].most] =
      static_cast<std::uint16_t>(&slot - slots - row.begin);
  ++row.waiting;
  row.live.store(row.live.load(relaxed) - 1, relaxed);
}

unsigned row_of(const GuardedSlot& slot) noexcept {
  const auto number = static_cast<std::uint32_t>(&slot - slots);
  unsigned row = guarded_rows - 1;
  while (number < rows[row].begin)
    --row;
  return row;
}

std::byte* room_of(const GuardedSlot& slot) noexcept {
  const Row& row = rows[row_of(slot)];
  return room_in(row, static_cast<std::uint32_t>(&slot - slots) - row.begin);
}

std::byte* opened_end(const GuardedSlot& slot) noexcept {
  // Also a block of no bytes begins in its page.
  const std::size_t size = base::larger<std::size_t>(slot.record.size, 1);
  std::byte* const end = slot.block + size;
  const std::size_t page = os::page_size();
  return end + (page - detail::address_of(end) % page) % page;
}

bool open_pages(const GuardedSlot& slot) noexcept {
  const std::size_t size = detail::bytes_between(slot.opened, opened_end(slot));
  if (!os::unguard(slot.opened, size))
    return false;
  span::count_addresses(-static_cast<std::ptrdiff_t>(size));
  if (size == os::page_size() && are_pages_dear())
    static_cast<void>(os::populate(slot.opened, size));
  return true;
}

void close_pages(const GuardedSlot& slot) noexcept {
  const std::size_t size = detail::bytes_between(slot.opened, opened_end(slot));
  if (!os::guard(slot.opened, size))
    degraded(Degraded::no_guards);
  span::count_addresses(static_cast<std::ptrdiff_t>(size));
}

SlotsAt guarded_slots_at(const void* p) noexcept {
  for (unsigned number = 0; number < guarded_rows; ++number) {
    const std::uint32_t count = rooms_of(number);
    const Row& row = rows[number];
    const std::size_t room = room_size(number);
    if (count == 0 || detail::address_of(p) - detail::address_of(row.piece) >=
                          (2 * std::size_t{count} + 1) * room)
      continue;
    const std::size_t at = detail::bytes_between(row.piece, p) / room;
    GuardedSlot* const own = slots + row.begin + at / 2;
    if (at % 2 != 0)
      return {own, nullptr, nullptr};
    return {nullptr, at == 0 ? nullptr : own - 1,
            at / 2 == count ? nullptr : own};
  }
  return {};
}

bool is_in_guarded_slots(const void* p) noexcept {
  const SlotsAt at = guarded_slots_at(p);
  return at.page != nullptr || at.below != nullptr || at.above != nullptr;
}

std::uint32_t guarded_slots_in_use() noexcept {
  std::uint32_t sum = 0;
  for (const Row& row : rows)
    sum += row.live.load(relaxed);
  return sum;
}

void watch_guarded_slots() noexcept {
  static_cast<void>(thread::at_fork({.prepare = hold_rows,
                                     .in_parent = release_rows,
                                     .in_child = release_rows}));
}

}  // namespace tarn::check
