// Blocks of the rows: how one becomes ready, and a guard again.
#include "check/guarded_slots.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "base/spin_lock.hpp"
#include "check/old_blocks.hpp"
#include "check/sampling.hpp"
#include "check/stacks.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

using base::acquire;
using base::relaxed;
using base::release;

// Larger ones are not filled: what a program never touches is never there.
constexpr std::size_t largest_fill = 64 * KiB;

// A third begins behind a guard, and has what is before its beginning found.
std::byte* place_in(std::byte* room, std::size_t room_size, std::size_t size,
                    std::size_t align) noexcept {
  constexpr std::uint32_t sides = 3;
  if (random_word() % sides == 0)
    return room;
  // Also one of no bytes begins in its page.
  const std::size_t from = room_size - (size == 0 ? 1 : size);
  return room + (from & ~(align - 1));
}

void fill_beside(const GuardedSlot& slot) noexcept {
  const SlotSides sides = sides_of(slot);
  fill(sides.begin, detail::bytes_between(sides.begin, slot.block),
       redzone_fill);
  std::byte* const end = slot.block + slot.record.size;
  fill(end, detail::bytes_between(end, sides.end), redzone_fill);
}

void enter(Record& record, PoolNumber pool, const port::BlockAsk& ask,
           StackId stack) noexcept {
  record = {};
  record.size = ask.size & ((std::uint64_t{1} << 40) - 1);
  record.use = static_cast<std::uint64_t>(BlockUse::live);
  record.family = static_cast<std::uint64_t>(ask.family) & 0xF;
  record.align_log2 =
      static_cast<std::uint64_t>(__builtin_ctzll(ask.align)) & 0xFF;
  record.allocated_by = stack;
  record.allocated_on = static_cast<std::uint16_t>(port::thread_index());
  record.allocated_at = port::clock_ms();
  record.pool = pool;
}

// Whether a block of the slot begins there, live or not. Waits for a sweep that
// looks at it.
bool is_live_at(const GuardedSlot* slot, const void* p) noexcept {
  if (slot == nullptr)
    return false;
  SlotUse use = slot->use.load(acquire);
  for (unsigned round = 0; use == SlotUse::opening && slot->block == p;
       ++round) {
    base::back_off(round);
    use = slot->use.load(acquire);
  }
  return use == SlotUse::live && slot->block == p;
}

}  // namespace

bool begin_block(GuardedSlot& slot, PoolNumber pool, const port::BlockAsk& ask,
                 StackId stack) noexcept {
  enter(slot.record, pool, ask, stack);
  if (!open_pages(slot)) {
    slot.use.store(SlotUse::fresh, relaxed);
    put_room(slot);
    return false;
  }
  fill_beside(slot);
  if (!ask.is_zeroed && ask.size <= largest_fill)
    fill(slot.block, ask.size, fresh_fill);
  else
    spend_on_pages((ask.size + os::page_size() - 1) / os::page_size());
  slot.use.store(SlotUse::live, release);
  return true;
}

bool hold_slot(GuardedSlot& slot) noexcept {
  SlotUse expected = SlotUse::live;
  return slot.use.compare_exchange_strong(expected, SlotUse::opening, acquire,
                                          relaxed);
}

void let_slot_go(GuardedSlot& slot) noexcept {
  SlotUse expected = SlotUse::opening;
  slot.use.compare_exchange_strong(expected, SlotUse::live, release, relaxed);
}

bool begin_return(GuardedSlot& slot) noexcept {
  SlotUse expected = SlotUse::live;
  return slot.use.compare_exchange_strong(expected, SlotUse::closing, acquire,
                                          relaxed);
}

void enter_return(GuardedSlot& slot) noexcept {
  slot.record.use = static_cast<std::uint64_t>(BlockUse::quarantined);
  slot.record.freed_by = capture_stack();
  slot.record.freed_on = static_cast<std::uint16_t>(port::thread_index());
  slot.record.freed_at = port::clock_ms();
  count_end_of(slot.record);
}

void end_block(GuardedSlot& slot) noexcept {
  slot.use.store(SlotUse::freed, release);
  close_pages(slot);
  put_room(slot);
}

std::byte* take_guarded_slot(PoolNumber pool,
                             const port::BlockAsk& ask) noexcept {
  const unsigned row = row_for(ask.size, ask.align);
  if (row == guarded_rows)
    return nullptr;
  const StackId stack = capture_stack();
  GuardedSlot* const slot = take_room(row, stack != 0 ? stack / 8 : pool);
  if (slot == nullptr)
    return nullptr;
  slot->use.store(SlotUse::opening, relaxed);
  slot->block = place_in(room_of(*slot), room_size(row), ask.size, ask.align);
  const std::size_t page = os::page_size();
  slot->opened = slot->block - detail::address_of(slot->block) % page;
  slot->front = slot->opened;
  return begin_block(*slot, pool, ask, stack) ? slot->block : nullptr;
}

void give_back_guarded_slot(PoolNumber pool, void* p,
                            const port::BlockReturn& said) noexcept {
  GuardedSlot* const slot = guarded_slots_at(p).page;
  if (!is_live_at(slot, p))
    return tell_no_block(pool, p);
  if (slot->record.pool != pool)
    return tell_slot_of_other(pool, *slot);
  // Of two threads that give it back at once one is told.
  while (!begin_return(*slot))
    if (!is_live_at(slot, p))
      return tell_no_block(pool, p);
  tell_slot_mismatch(*slot, said);
  if (const SlotDamage damage = slot_damage(*slot)) [[unlikely]]
    tell_slot_damage(*slot, damage);
  enter_return(*slot);
  end_block(*slot);
}

std::size_t guarded_size(PoolNumber pool, const void* p) noexcept {
  const GuardedSlot* const slot = guarded_slots_at(p).page;
  if (is_live_at(slot, p))
    return slot->record.size;
  tell_no_block(pool, p);
  return 0;
}

void set_guarded_family(void* p, port::BlockFamily family) noexcept {
  GuardedSlot* const slot = guarded_slots_at(p).page;
  if (is_live_at(slot, p))
    slot->record.family = static_cast<std::uint64_t>(family) & 0xF;
}

void end_guarded_slots(PoolNumber pool) noexcept {
  each_slot([pool](GuardedSlot& slot) {
    if (slot.use.load(acquire) != SlotUse::live || slot.record.pool != pool ||
        !begin_return(slot))
      return;
    enter_return(slot);
    end_block(slot);
  });
}

void each_guarded_block(void (*visit)(void* with, std::byte* block,
                                      const Record& record),
                        void* with) noexcept {
  each_slot([visit, with](GuardedSlot& slot) {
    if (!hold_slot(slot))
      return;
    if (!slot.is_object())
      visit(with, slot.block, slot.record);
    let_slot_go(slot);
  });
}

}  // namespace tarn::check
