// What heaps ask of the check: a block, its way back, its size.
#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "check/arena.hpp"
#include "check/degrade.hpp"
#include "check/guarded.hpp"
#include "check/guarded_slots.hpp"
#include "check/heap.hpp"
#include "check/heap_samples.hpp"
#include "check/heap_shadow.hpp"
#include "check/live_blocks.hpp"
#include "check/old_blocks.hpp"
#include "check/pools.hpp"
#include "check/region.hpp"
#include "check/shadow.hpp"
#include "check/stacks.hpp"
#include "check/sweep.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "os/sanitizers.hpp"
#include "port/check_mode.hpp"
#include "port/world.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"

#include <bit>

namespace tarn::check {
namespace {

using port::BlockAnswer;
using port::BlockAsk;
using port::BlockReturn;

using base::relaxed;

// What a record can hold.
constexpr std::size_t largest_size = (std::size_t{1} << 40) - 1;

// Of a block's stacks: to walk twice as many takes a fifth of perl's time.
constexpr unsigned calls_kept = 8;

// Larger ones are not filled: what a program never touches is never there.
constexpr std::size_t largest_filled = 64 * KiB;

bool is_paged(HeapState& heap, const BlockAsk& ask, std::size_t room,
              StackId stack) noexcept {
  return room >= least_paged ||
         ((follows_sanitizer() || are_guards_left()) &&
          (port::mode_of(heap.domain->check) == CheckMode::full_page ||
           is_set_apart(heap, ask, stack)));
}

unsigned class_for(HeapState& heap, const BlockAsk& ask,
                   StackId stack) noexcept {
  const std::size_t room = ask.size + ask.align - max_align;
  return is_paged(heap, ask, room, stack) ? page_class_of(ask.size, ask.align)
                                          : heap::class_of(room);
}

void enter(Record& record, const HeapState& heap, const BlockAsk& ask,
           StackId stack, unsigned thread) noexcept {
  begin_record(record, ask.size, BlockUse::live, ask.family,
               static_cast<unsigned>(std::countr_zero(ask.align)));
  record.allocated_by = stack;
  record.freed_by = 0;
  record.allocated_on = static_cast<std::uint16_t>(thread);
  record.freed_on = 0;
  record.allocated_at = port::clock_ms();
  record.freed_at = 0;
  record.pool = heap.number;
}

// The sum is to be about right, and an atomic addition waits for all writes.
void count_live(HeapState& heap, CheckClass& of, std::size_t bytes) noexcept
    TARN_REQUIRES(of.lock) {
  constexpr std::size_t many = 16 * KiB;
  of.untold += bytes;  // taken away where it is above half of all there are
  if (of.untold + many <= 2 * many)
    return;
  heap.live.fetch_add(of.untold, relaxed);
  of.untold = 0;
}

StackId own_stack() noexcept {
  return wants_stacks() ? capture_stack(calls_kept) : 0;
}

// Fills what is to be filled.
void fill_slot(const CheckSlab& slab, unsigned slot,
               const BlockAsk& ask) noexcept {
  if (follows_sanitizer())
    return begin_in_shadow(slab, slot, ask);
  const Room room = room_of(slab, slot);
  fill_around(room);
  // Pages that were a guard read as zero.
  const bool was_guard = slab.layout != Layout::slab && os::has_guard_marks();
  if (ask.is_zeroed && !was_guard)
    __builtin_memset(room.block, 0, ask.size);
  else if (!ask.is_zeroed && ask.size <= largest_filled)
    fill(room.block, ask.size, fresh_fill);
}

struct Place {
  CheckSlab* slab;
  unsigned slot;
};

// Most often that is taken next, and what was not in use for long is far away.
void expect_next(const CheckSlab& slab) noexcept {
  const std::uint64_t free = slab.free[slab.lowest];
  if (free == 0)
    return;
  const auto next =
      slab.lowest * 64U + static_cast<unsigned>(std::countr_zero(free));
  expect(slab, next);
}

// A free slot, live from now on; one of pages is busy yet. False: refused.
bool take(HeapState& heap, const BlockAsk& ask, Place* place) noexcept {
  const StackId stack = own_stack();
  const unsigned size_class = class_for(heap, ask, stack);
  CheckClass& of = heap.classes[size_class];
  const unsigned thread = port::thread_index();
  const std::size_t granules =
      size_class == run_class
          ? (ask.size + os::page_size() - 1) / span::granule_size + 1
          : 1;
  CheckSlab* added = nullptr;
  for (;;) {
    {
      const base::Locked locked{of.lock};
      if (added != nullptr)
        link(of, *added);
      // A run is its asker's.
      CheckSlab* const slab = size_class == run_class ? added : of.with_free;
      if (slab != nullptr) {
        *place = {slab, take_slot(of, *slab)};
        Record& record = slab->records[place->slot];
        enter(record, heap, ask, stack, thread);
        count_live(heap, of, footprint(*slab, room_of(*slab, place->slot)));
        // So small that the lock is the cheaper for it.
        if (slab->layout == Layout::slab) {
          fill_slot(*slab, place->slot, ask);
          expect_next(*slab);
        } else {
          record.spare = is_busy;
        }
        return true;
      }
    }
    added = new_slab(heap, size_class, granules, ask.align);
    if (added == nullptr && empty_quarantine(heap))
      added = new_slab(heap, size_class, granules, ask.align);
    if (added == nullptr)
      return false;
  }
}

void set_busy(CheckSlab& slab, unsigned slot, unsigned spare) noexcept {
  const base::Locked locked{slab.heap->classes[slab.size_class].lock};
  slab.records[slot].spare = spare & 0xFF;
}

void give_up(CheckSlab& slab, unsigned slot) noexcept {
  bool is_unused = false;
  {
    CheckClass& of = slab.heap->classes[slab.size_class];
    const base::Locked locked{of.lock};
    count_live(*slab.heap, of, 0 - footprint(slab, room_of(slab, slot)));
    slab.records[slot] = {};
    is_unused = put_slot(of, slab, slot);
  }
  if (is_unused)
    give_back(slab);
}

// The same for a slot of pages, whose pages become usable.
bool open_slot(const Place& at, const BlockAsk& ask) noexcept {
  CheckSlab& slab = *at.slab;
  const Room room = room_of(slab, at.slot);
  if (room.all() != 0 && !follows_sanitizer() &&
      !os::open_part(room.begin, room.all())) {
    guard_is_refused();
    give_up(slab, at.slot);
    return false;
  }
  // All of it is filled, and pages take half as long when they come at once.
  if (!ask.is_zeroed && ask.size <= largest_filled && !follows_sanitizer())
    static_cast<void>(os::populate(room.begin, room.all()));
  fill_slot(slab, at.slot, ask);
  set_busy(slab, at.slot, 0);
  return true;
}

// There is no memory for the check, or none at all: the heap finds out. It is
// no news where somebody set a limit, or asked for more than there ever is.
BlockAnswer unchecked(const heap::Domain& domain, std::size_t size) noexcept {
  if (domain.budget == nullptr && !span::is_limited() &&
      size <= span::granule_size)
    degraded(Degraded::no_records);
  return {nullptr, true};
}

BlockAnswer allocate(heap::Domain& domain, const BlockAsk& asked) noexcept {
  BlockAsk ask = asked;
  ask.align = base::larger(ask.align, max_align);
  if (port::mode_of(domain.check) == CheckMode::sampled)
    return sample(domain, ask);
  if (!port::is_full(port::mode_of(domain.check)) || ask.size > largest_size ||
      ask.align > largest_size)
    return {nullptr, true};
  HeapState* const heap = state_of(domain);
  Place at{};
  if (heap == nullptr || !take(*heap, ask, &at))
    return unchecked(domain, ask.size);
  if (at.slab->layout != Layout::slab && !open_slot(at, ask))
    return {nullptr, true};
  return {block_of(*at.slab, at.slot), false};
}

// What is to be told of a block that comes back before it may.
enum class Answer : std::uint8_t { is_well, is_damaged, is_not_live };

bool is_block(const CheckSlab& slab, unsigned slot, const void* p) noexcept {
  return static_cast<BlockUse>(slab.records[slot].use) == BlockUse::live &&
         block_of(slab, slot) == p;
}

void enter_end(Record& record, StackId stack, unsigned thread) noexcept {
  record.use = static_cast<unsigned>(BlockUse::quarantined);
  record.spare = is_busy;
  record.freed_by = stack;
  record.freed_on = static_cast<std::uint16_t>(thread);
  record.freed_at = port::clock_ms();
  count_end_of(record);
}

// What is left of a block in a slab.
void end_bytes(const CheckSlab& slab, unsigned slot, bool mends) noexcept {
  if (follows_sanitizer())
    return end_in_shadow(slab, slot);
  const Room room = room_of(slab, slot);
  fill(room.block, room.size(), freed_fill);
  if (mends)
    fill_around(room);
}

// The block is nobody's from the first of these on: of two that give it back
// at once one finds that it is not live.
Answer retire(CheckSlab& slab, unsigned slot, const void* p, StackId stack,
              bool looks, Damage* damage) noexcept {
  const unsigned thread = port::thread_index();
  CheckClass& of = slab.heap->classes[slab.size_class];
  const base::Locked locked{of.lock};
  Record& record = slab.records[slot];
  const Room room = room_of(slab, slot);
  if (static_cast<BlockUse>(record.use) != BlockUse::live || room.block != p)
    return Answer::is_not_live;
  if (looks && !follows_sanitizer() && !is_intact(room, record)) [[unlikely]] {
    *damage = damage_of(slab, slot);
    return Answer::is_damaged;
  }
  enter_end(record, stack, thread);
  count_live(*slab.heap, of, 0 - footprint(slab, room));
  end_apart(*slab.heap, slab, record);
  if (slab.layout == Layout::slab) {
    end_bytes(slab, slot, !looks);
    record.spare = 0;
  }
  return Answer::is_well;
}

// The pages of a block that was retired.
void close_slot(CheckSlab& slab, unsigned slot) noexcept {
  const Room room = room_of(slab, slot);
  unsigned spare = 0;
  if (follows_sanitizer()) {
    end_in_shadow(slab, slot);
  } else if (room.all() == 0 || os::close_part(room.begin, room.all())) {
    spare = is_guarded;
  } else {
    guard_is_refused();
    end_bytes(slab, slot, true);
  }
  set_busy(slab, slot, spare);
}

void deallocate(heap::Domain& domain, void* p,
                const BlockReturn& said) noexcept {
  if (is_in_guarded_slots(p))
    return end_sample(domain, p, said);
  CheckSlab* const slab = slab_at(p);
  if (slab == nullptr) {
    static_cast<void>(tell_stray(domain, p));
    return;
  }
  const unsigned slot = slab->slot_of(p);
  if (slot >= slab->slots) {
    static_cast<void>(tell_stray(domain, p));
    return;
  }
  if (slab->heap->domain != &domain)
    return tell_wrong_heap(domain, *slab, slot, p);
  // Meanwhile comes what was not in use for long.
  expect(*slab, slot);
  const StackId stack = own_stack();
  Damage damage;
  if (is_block(*slab, slot, p))
    tell_mismatch(*slab, slot, said);
  Answer answer = retire(*slab, slot, p, stack, true, &damage);
  if (answer == Answer::is_damaged) {
    tell_damage(*slab, slot, damage);
    answer = retire(*slab, slot, p, stack, false, &damage);
  }
  if (answer == Answer::is_not_live) {
    // Memcheck, with the calls that it knows, before the program ends.
    if (follows_sanitizer())
      os::end_block(static_cast<const std::byte*>(p));
    return tell_not_live(domain, *slab, slot, p);
  }
  if (slab->layout != Layout::slab)
    close_slot(*slab, slot);
  quarantine(*slab, slot);
}

std::size_t usable_size(heap::Domain& domain, const void* p) noexcept {
  if (is_in_guarded_slots(p))
    return size_of_sample(domain, p);
  const CheckSlab* const slab = slab_at(p);
  const unsigned slot = slab == nullptr ? 0 : slab->slot_of(p);
  if (slab == nullptr || slot >= slab->slots) {
    static_cast<void>(tell_stray(domain, p));
    return 0;
  }
  if (is_block(*slab, slot, p))
    return slab->records[slot].size;
  tell_not_live(domain, *slab, slot, p);
  return 0;
}

void set_family(void* p, port::BlockFamily family) noexcept {
  if (is_in_guarded_slots(p))
    return set_guarded_family(p, family);
  CheckSlab* const slab = slab_at(p);
  if (slab == nullptr)
    return;
  const base::Locked locked{slab->heap->classes[slab->size_class].lock};
  slab->records[slab->slot_of(p)].family = static_cast<unsigned>(family) & 0xF;
}

// The heap ends: its granules go back with all others that it borrowed.
void end(heap::Domain& domain) noexcept TARN_UNCHECKED_LOCKS {
  auto* const heap =
      static_cast<HeapState*>(domain.checked.load(std::memory_order_acquire));
  static_cast<void>(sweep_heap(*heap));
  end_lives(*heap);
  end_guarded_slots(heap->number);
  for (CheckClass& of : heap->classes)
    while (CheckSlab* const slab = of.all) {
      unlink(of, *slab);
      give_back(*slab);
    }
  end_state(*heap);
  domain.checked.store(nullptr, relaxed);
}

constexpr port::HeapHooks hooks{allocate,   deallocate, usable_size,
                                set_family, tell_stray, describe_block,
                                end};

}  // namespace

void install_heap() noexcept {
  if (port::the_heap_hooks.exchange(&hooks, std::memory_order_acq_rel) ==
      &hooks)
    return;
  install_sampling();
  add_sweeper(sweep_guarded_slots);
  watch_states();
  watch_suspects();
  watch_arena();
  watch_pools();
  watch_guarded_slots();
  regions::watch_region_states();
  add_sweeper(sweep_heaps);
  add_source_of_blocks(tell_heap_blocks);
  watch_guards(tell_access);
}

}  // namespace tarn::check
