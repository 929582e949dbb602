// The piece, and its slots by turns. The lock is held for the queue alone:
// system calls and fills are outside of it, while the slot is nobody else's.
#include "check/guarded_slots.hpp"

#include "base/order.hpp"
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "check/degrade.hpp"
#include "check/guarded.hpp"
#include "check/sampling.hpp"
#include "check/stacks.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"
#include "thread/table.hpp"

namespace tarn::check {
namespace {

constexpr std::uint32_t most_slots = 4096;
constexpr std::size_t granules = 512;
constexpr std::size_t least_granules = 8;

// Pages that hold blocks are memory of the process: 2 MiB.
constexpr std::uint32_t most_live = 512;
// From here on the long-lived leave no room for the rest.
constexpr std::uint32_t many_live = most_live / 4 * 3;

// The `extra` of the page map; what is below is of full's blocks.
constexpr unsigned our_extra = 8;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

TARN_SPARSE constinit GuardedSlot slots[most_slots] = {};
TARN_SPARSE constinit std::uint16_t queue[most_slots] = {};

// Written once, before the count: the release of that pairs with the acquire of
// whoever looks.
constinit std::byte* piece = nullptr;
constinit std::atomic<std::uint32_t> count{0};

enum class Beginning : std::uint32_t { not_yet, under_way, done };
constinit std::atomic<Beginning> beginning{Beginning::not_yet};

constinit base::SpinLock lock;
// Slots of which none was used yet come first, then those in the queue.
constinit std::uint32_t used TARN_GUARDED_BY(lock) = 0;
constinit std::uint32_t first TARN_GUARDED_BY(lock) = 0;
constinit std::uint32_t waiting TARN_GUARDED_BY(lock) = 0;
// Written under the lock; others only look.
constinit std::atomic<std::uint32_t> live{0};

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

void hold() noexcept TARN_UNCHECKED_LOCKS {
  lock.lock();
}

void let_go() noexcept TARN_UNCHECKED_LOCKS {
  lock.unlock();
}

// A part of the space, so that whoever has a pointer finds its way here by the
// page map. Of a limit it takes nothing: few of its pages are ever there.
std::byte* claim(std::size_t& size) noexcept {
  std::size_t asked = granules;
  std::byte* memory = nullptr;
  for (; memory == nullptr && asked >= least_granules; asked /= 2)
    memory = span::the_space.claim(asked, span::Use::checked, our_extra);
  if (memory == nullptr)
    return nullptr;
  asked *= 2;
  span::discharge(asked);
  size = asked * span::granule_size;
  return memory;
}

// The first one who comes; nothing is locked, and others do without meanwhile.
void begin() noexcept {
  Beginning expected = Beginning::not_yet;
  if (!beginning.compare_exchange_strong(expected, Beginning::under_way,
                                         relaxed))
    return;
  std::size_t size = 0;
  piece = claim(size);
  if (piece == nullptr)
    return degraded(Degraded::no_records);
  if (!os::has_guard_marks())
    degraded(Degraded::no_guard_marks);
  os::allow_huge_pages(piece, size, false);
  if (!os::guard(piece, size))
    return degraded(Degraded::no_guards);
  watch_guards(whose_guarded_slot);
  // The last page is the guard behind the last slot.
  const std::size_t pages = size / os::page_size();
  count.store(
      base::smaller(most_slots, static_cast<std::uint32_t>((pages - 1) / 2)),
      release);
  beginning.store(Beginning::done, relaxed);
}

GuardedSlot* take_slot(std::uint32_t cover) noexcept {
  if (guarded_slots() == 0) [[unlikely]]
    begin();
  const base::Locked locked{lock};
  const std::uint32_t in_use = live.load(relaxed);
  if (guarded_slots() == 0 || in_use >= most_live ||
      (in_use >= many_live && is_covered(cover)))
    return nullptr;
  std::uint32_t number = used;
  if (used < count.load(relaxed)) {
    ++used;
  } else {
    if (waiting == 0)
      return nullptr;
    number = queue[first];
    first = (first + 1) % most_slots;
    --waiting;
  }
  live.store(in_use + 1, relaxed);
  return &slots[number];
}

void put_slot(const GuardedSlot& slot) noexcept {
  const base::Locked locked{lock};
  queue[(first + waiting) % most_slots] =
      static_cast<std::uint16_t>(&slot - slots);
  ++waiting;
  live.store(live.load(relaxed) - 1, relaxed);
}

// A third begins behind a guard, and has what is before its beginning found.
std::byte* place_in(std::byte* page, std::size_t size,
                    std::size_t align) noexcept {
  constexpr std::uint32_t sides = 3;
  if (random_word() % sides == 0)
    return page;
  // Also one of no bytes begins in its page.
  const std::size_t from = os::page_size() - (size == 0 ? 1 : size);
  return page + (from & ~(align - 1));
}

void fill_beside(const GuardedSlot& slot) noexcept {
  const SlotSides sides = sides_of(slot);
  fill(sides.begin, detail::bytes_between(sides.begin, slot.block),
       redzone_fill);
  std::byte* const end = slot.block + slot.record.size;
  fill(end, detail::bytes_between(end, sides.end), redzone_fill);
}

// Its page becomes a guard, and the slot the last to be used again.
void close(GuardedSlot& slot) noexcept {
  count_cover(slot.cover, false);
  slot.use.store(SlotUse::freed, release);
  if (!os::guard(page_of(slot), os::page_size()))
    degraded(Degraded::no_guards);
  put_slot(slot);
}

bool begin_return(GuardedSlot& slot) noexcept {
  SlotUse expected = SlotUse::live;
  return slot.use.compare_exchange_strong(expected, SlotUse::closing, acquire,
                                          relaxed);
}

void end_block(GuardedSlot& slot) noexcept {
  slot.record.use = static_cast<std::uint64_t>(BlockUse::quarantined);
  slot.record.freed_by = capture_stack();
  slot.record.freed_on = static_cast<std::uint16_t>(port::thread_index());
  slot.record.freed_at = port::clock_ms();
  close(slot);
}

}  // namespace

std::size_t largest_guarded() noexcept {
  return os::page_size();
}

std::byte* page_of(const GuardedSlot& slot) noexcept {
  const auto number = static_cast<std::size_t>(&slot - slots);
  return piece + (2 * number + 1) * os::page_size();
}

std::uint32_t guarded_slots() noexcept {
  return count.load(acquire);
}

GuardedSlot& guarded_slot(std::uint32_t number) noexcept {
  return slots[number];
}

std::uint32_t guarded_slots_in_use() noexcept {
  return live.load(relaxed);
}

bool is_in_guarded_slots(const void* p) noexcept {
  const std::size_t all = guarded_slots();
  return all != 0 && detail::address_of(p) - detail::address_of(piece) <
                         (2 * all + 1) * os::page_size();
}

SlotsAt guarded_slots_at(const void* p) noexcept {
  if (!is_in_guarded_slots(p))
    return {};
  const std::size_t page = detail::bytes_between(piece, p) / os::page_size();
  if (page % 2 != 0)
    return {&slots[page / 2], nullptr, nullptr};
  return {nullptr, page == 0 ? nullptr : &slots[page / 2 - 1],
          page / 2 == guarded_slots() ? nullptr : &slots[page / 2]};
}

std::byte* take_guarded_slot(PoolNumber pool,
                             const port::BlockAsk& ask) noexcept {
  if (ask.size > largest_guarded() || ask.align > largest_guarded())
    return nullptr;
  const StackId stack = capture_stack();
  const std::uint32_t cover = stack != 0 ? stack / 8 : pool;
  GuardedSlot* const slot = take_slot(cover);
  if (slot == nullptr)
    return nullptr;
  slot->use.store(SlotUse::opening, relaxed);
  std::byte* const page = page_of(*slot);
  if (!os::unguard(page, os::page_size())) {
    slot->use.store(SlotUse::fresh, relaxed);
    put_slot(*slot);
    return nullptr;
  }
  slot->block = place_in(page, ask.size, ask.align);
  slot->cover = cover;
  slot->record = {};
  slot->record.size = ask.size & ((std::uint64_t{1} << 40) - 1);
  slot->record.use = static_cast<std::uint64_t>(BlockUse::live);
  slot->record.family = static_cast<std::uint64_t>(ask.family) & 0xF;
  slot->record.align_log2 =
      static_cast<std::uint64_t>(__builtin_ctzll(ask.align)) & 0xFF;
  slot->record.allocated_by = stack;
  slot->record.allocated_on = static_cast<std::uint16_t>(port::thread_index());
  slot->record.allocated_at = port::clock_ms();
  slot->record.pool = pool;
  fill_beside(*slot);
  if (!ask.is_zeroed)
    fill(slot->block, ask.size, fresh_fill);
  count_cover(cover, true);
  slot->use.store(SlotUse::live, release);
  return slot->block;
}

void give_back_guarded_slot(PoolNumber pool, void* p,
                            const port::BlockReturn& said) noexcept {
  GuardedSlot* const slot = guarded_slots_at(p).page;
  if (slot == nullptr || slot->use.load(acquire) != SlotUse::live ||
      slot->block != p)
    return tell_no_block(pool, p);
  if (slot->record.pool != pool)
    return tell_slot_of_other(pool, *slot);
  // Of two threads that give it back at once one is told.
  if (!begin_return(*slot))
    return tell_no_block(pool, p);
  tell_slot_mismatch(*slot, said);
  if (const SlotDamage damage = slot_damage(*slot)) [[unlikely]]
    tell_slot_damage(*slot, damage);
  end_block(*slot);
}

std::size_t guarded_size(PoolNumber pool, const void* p) noexcept {
  const GuardedSlot* const slot = guarded_slots_at(p).page;
  if (slot != nullptr && slot->use.load(acquire) == SlotUse::live &&
      slot->block == p)
    return slot->record.size;
  tell_no_block(pool, p);
  return 0;
}

void set_guarded_family(void* p, port::BlockFamily family) noexcept {
  GuardedSlot* const slot = guarded_slots_at(p).page;
  if (slot != nullptr && slot->use.load(acquire) == SlotUse::live)
    slot->record.family = static_cast<std::uint64_t>(family) & 0xF;
}

void end_guarded_slots(PoolNumber pool) noexcept {
  for (std::uint32_t i = 0; i < guarded_slots(); ++i) {
    GuardedSlot& slot = slots[i];
    if (slot.use.load(acquire) == SlotUse::live && slot.record.pool == pool &&
        begin_return(slot))
      end_block(slot);
  }
}

void each_guarded_block(void (*visit)(void* with, std::byte* block,
                                      const Record& record),
                        void* with) noexcept {
  for (std::uint32_t i = 0; i < guarded_slots(); ++i)
    if (slots[i].use.load(acquire) == SlotUse::live)
      visit(with, slots[i].block, slots[i].record);
}

void watch_guarded_slots() noexcept {
  static_cast<void>(thread::at_fork(
      {.prepare = hold, .in_parent = let_go, .in_child = let_go}));
}

}  // namespace tarn::check
