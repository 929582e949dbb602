#include "check/fixed_rooms.hpp"

#include "tarn/detail/bits.hpp"

#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"
#include "check/touch.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

#include <atomic>

namespace tarn::check {
namespace {

struct KnownRoom {
  port::FixedRoom room;  // no block: nothing is here
  Record record;
};

// A block lies in one of the places that its address leads to.
constexpr unsigned room_set_bits = 10;
constexpr unsigned room_ways = 4;
constexpr unsigned room_sets = 1U << room_set_bits;
TARN_SPARSE constinit KnownRoom all_known[room_sets][room_ways] = {};
constinit base::SpinLock rooms_lock;

void hold_rooms() noexcept TARN_UNCHECKED_LOCKS {
  rooms_lock.lock();
}

void let_rooms_go() noexcept TARN_UNCHECKED_LOCKS {
  rooms_lock.unlock();
}

// Forks wait for whoever is in the table.
void watch_forks() noexcept {
  // Once; orders nothing.
  static constinit std::atomic<bool> is_watched{false};
  if (!is_watched.exchange(true, std::memory_order_relaxed))
    static_cast<void>(thread::at_fork({.prepare = hold_rooms,
                                       .in_parent = let_rooms_go,
                                       .in_child = let_rooms_go}));
}

KnownRoom (&set_of(const std::byte* block) noexcept)[room_ways] {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  constexpr unsigned word_bits = 64;
  return all_known[std::uint64_t{detail::address_of(block)} * golden >>
                   (word_bits - room_set_bits)];
}

KnownRoom* find(const std::byte* block) noexcept TARN_REQUIRES(rooms_lock) {
  for (KnownRoom& known : set_of(block))
    if (known.room.block == block)
      return &known;
  return nullptr;
}

// One that is unused, or of a block that ended, or the first.
KnownRoom& place_for(const std::byte* block) noexcept
    TARN_REQUIRES(rooms_lock) {
  if (KnownRoom* const known = find(block))
    return *known;
  KnownRoom(&set)[room_ways] = set_of(block);
  for (KnownRoom& known : set)
    if (known.room.block == nullptr)
      return known;
  for (KnownRoom& known : set)
    if (!is_live(known.record))
      return known;
  return set[0];
}

KnownRoom* nearest_to(const std::byte* p) noexcept TARN_REQUIRES(rooms_lock) {
  for (KnownRoom(&set)[room_ways] : all_known)
    for (KnownRoom& known : set)
      if (known.room.block != nullptr &&
          detail::is_between(known.room.place, p, known.room.end))
        return &known;
  return nullptr;
}

// In a report, which a thread may make while another is in the table.
KnownRoom* find_soon(const std::byte* p) noexcept TARN_UNCHECKED_LOCKS {
  constexpr unsigned most_tries = 10000;
  for (unsigned i = 0; i < most_tries; ++i) {
    if (!rooms_lock.try_lock())
      continue;
    KnownRoom* const known = nearest_to(p);
    rooms_lock.unlock();
    return known;
  }
  return nullptr;
}

}  // namespace

void enter_fixed(const port::FixedRoom& room) noexcept {
  if (!wants_stacks())
    return;
  watch_forks();
  const StackId stack = capture_stack();
  const base::Locked locked{rooms_lock};
  KnownRoom& known = place_for(room.block);
  known.room = room;
  known.record = {};
  begin_record(known.record, room.size, BlockUse::live, Family::pool, 0);
  known.record.allocated_by = stack;
  known.record.allocated_on = static_cast<std::uint16_t>(port::thread_index());
  known.record.allocated_at = port::clock_ms();
}

void resize_fixed(const port::FixedRoom& room) noexcept {
  if (!wants_stacks())
    return;
  const base::Locked locked{rooms_lock};
  KnownRoom* const known = find(room.block);
  if (known == nullptr)
    return;
  known->room = room;
  known->record.size = room.size & ((std::uint64_t{1} << 40) - 1);
}

void end_fixed(const port::FixedRoom& room) noexcept {
  if (!wants_stacks())
    return;
  const StackId stack = capture_stack();
  const base::Locked locked{rooms_lock};
  KnownRoom* const known = find(room.block);
  if (known == nullptr)
    return;
  known->record.use = static_cast<unsigned>(BlockUse::quarantined);
  known->record.freed_by = stack;
  known->record.freed_on = static_cast<std::uint16_t>(port::thread_index());
  known->record.freed_at = port::clock_ms();
}

void forget_fixed(const port::FixedRoom& room) noexcept {
  if (!wants_stacks())
    return;
  const base::Locked locked{rooms_lock};
  if (KnownRoom* const known = find(room.block))
    known->room = {};
}

bool whose_fixed_room(const void* address, bool is_write,
                      Finding& finding) noexcept {
  const auto* const p = static_cast<const std::byte*>(address);
  const KnownRoom* const known = find_soon(p);
  if (known == nullptr)
    return false;
  begin_touch(finding, p, is_write, known->room.block, known->record,
              !is_live(known->record));
  finding.line << "a fixed pool)";
  return true;
}

}  // namespace tarn::check
