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

struct Known {
  port::FixedRoom room;  // no block: nothing is here
  Record record;
};

// A block lies in one of the places that its address leads to.
constexpr unsigned set_bits = 10;
constexpr unsigned ways = 4;
constexpr unsigned sets = 1U << set_bits;
TARN_SPARSE constinit Known all_known[sets][ways] = {};
constinit base::SpinLock lock;

void hold() noexcept TARN_UNCHECKED_LOCKS {
  lock.lock();
}

void let_go() noexcept TARN_UNCHECKED_LOCKS {
  lock.unlock();
}

// Forks wait for whoever is in the table.
void watch_forks() noexcept {
  // Once; orders nothing.
  static constinit std::atomic<bool> is_watched{false};
  if (!is_watched.exchange(true, std::memory_order_relaxed))
    static_cast<void>(thread::at_fork(
        {.prepare = hold, .in_parent = let_go, .in_child = let_go}));
}

Known (&set_of(const std::byte* block) noexcept)[ways] {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  constexpr unsigned word_bits = 64;
  return all_known[std::uint64_t{detail::address_of(block)} * golden >>
                   (word_bits - set_bits)];
}

Known* find(const std::byte* block) noexcept TARN_REQUIRES(lock) {
  for (Known& known : set_of(block))
    if (known.room.block == block)
      return &known;
  return nullptr;
}

// One that is unused, or of a block that ended, or the first.
Known& place_for(const std::byte* block) noexcept TARN_REQUIRES(lock) {
  if (Known* const known = find(block))
    return *known;
  Known(&set)[ways] = set_of(block);
  for (Known& known : set)
    if (known.room.block == nullptr)
      return known;
  for (Known& known : set)
    if (!is_live(known.record))
      return known;
  return set[0];
}

Known* nearest_to(const std::byte* p) noexcept TARN_REQUIRES(lock) {
  for (Known(&set)[ways] : all_known)
    for (Known& known : set)
      if (known.room.block != nullptr &&
          detail::is_between(known.room.place, p, known.room.end))
        return &known;
  return nullptr;
}

// In a report, which a thread may make while another is in the table.
Known* find_soon(const std::byte* p) noexcept TARN_UNCHECKED_LOCKS {
  constexpr unsigned most_tries = 10000;
  for (unsigned i = 0; i < most_tries; ++i) {
    if (!lock.try_lock())
      continue;
    Known* const known = nearest_to(p);
    lock.unlock();
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
  const base::Locked locked{lock};
  Known& known = place_for(room.block);
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
  const base::Locked locked{lock};
  Known* const known = find(room.block);
  if (known == nullptr)
    return;
  known->room = room;
  known->record.size = room.size & ((std::uint64_t{1} << 40) - 1);
}

void end_fixed(const port::FixedRoom& room) noexcept {
  if (!wants_stacks())
    return;
  const StackId stack = capture_stack();
  const base::Locked locked{lock};
  Known* const known = find(room.block);
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
  const base::Locked locked{lock};
  if (Known* const known = find(room.block))
    known->room = {};
}

bool whose_fixed_room(const void* address, bool is_write,
                      Finding& finding) noexcept {
  const auto* const p = static_cast<const std::byte*>(address);
  const Known* const known = find_soon(p);
  if (known == nullptr)
    return false;
  begin_touch(finding, p, is_write, known->room.block, known->record,
              !is_live(known->record));
  finding.line << "a fixed pool)";
  return true;
}

}  // namespace tarn::check
