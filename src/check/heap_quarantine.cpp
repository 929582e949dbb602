// Blocks that were given back and wait, so that who still uses them meets fills
// or guards and not somebody's block.
#include "base/order.hpp"
#include "check/arena.hpp"
#include "check/degrade.hpp"
#include "check/heap.hpp"
#include "check/shadow.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"

namespace tarn::check {
namespace {

// Bytes of blocks: an eighth of what is live, but within these.
constexpr std::size_t least_filled = 1 * MiB;
constexpr std::size_t most_filled = 32 * MiB;
constexpr std::size_t filled_share = 8;

// Addresses of guarded pages cost what the page map and page tables keep of
// them, some 300 bytes for 64 KiB: of what is live a hundredth or so, then.
constexpr std::size_t least_guarded = 64 * MiB;
constexpr std::size_t most_guarded = 16 * GiB;
constexpr std::size_t guarded_times = 4;
constexpr std::size_t most_of_reservation = 64;
// Where addresses are counted, as by a budget.
constexpr std::size_t guarded_of_limited = 1 * MiB;

// Each block that comes lets as many go at most, so that none pays for all.
constexpr unsigned leave_at_once = 8;
constexpr unsigned soon_to_leave = 12;

std::size_t within(std::size_t least, std::size_t n,
                   std::size_t most) noexcept {
  return base::smaller(base::larger(n, least), most);
}

std::size_t most_bytes(const HeapState& heap, bool is_filled) noexcept {
  const std::size_t live = heap.live.load(std::memory_order_relaxed);
  // What a sanitizer is told of is not given back to the system either.
  if (is_filled || follows_sanitizer())
    return within(least_filled, live / filled_share, most_filled);
  if (heap.domain->budget != nullptr || span::is_limited())
    return guarded_of_limited;
  const std::size_t scarce =
      span::the_space.reservation(0).size() / most_of_reservation;
  return base::smaller(
      within(least_guarded, live * guarded_times, most_guarded), scarce);
}

bool push(Waiting& waiting, const Waiting::Slot& slot) noexcept
    TARN_REQUIRES(waiting.lock) {
  Waiting::Chunk* chunk = waiting.last;
  if (chunk == nullptr || waiting.end == Waiting::in_chunk) {
    chunk = waiting.unused;
    if (chunk != nullptr)
      waiting.unused = chunk->next;
    else
      chunk = static_cast<Waiting::Chunk*>(keep(sizeof(Waiting::Chunk)));
    if (chunk == nullptr)
      return false;
    chunk->next = nullptr;
    if (waiting.last != nullptr) {
      waiting.last->next = chunk;
    } else {
      waiting.first = chunk;
      waiting.begin = 0;
    }
    waiting.last = chunk;
    waiting.end = 0;
  }
  chunk->slots[waiting.end++] = slot;
  waiting.bytes += slot.slab->stride;
  return true;
}

// The oldest, if there are more than `most` bytes. No slab: there are not.
Waiting::Slot pop(Waiting& waiting, std::size_t most) noexcept
    TARN_REQUIRES(waiting.lock) {
  Waiting::Chunk* const chunk = waiting.first;
  if (chunk == nullptr || waiting.bytes <= most)
    return {};
  const Waiting::Slot slot = chunk->slots[waiting.begin++];
  if (const unsigned soon = waiting.begin + soon_to_leave;
      soon < (chunk == waiting.last ? waiting.end : Waiting::in_chunk))
    expect(*chunk->slots[soon].slab,
           static_cast<unsigned>(chunk->slots[soon].number));
  waiting.bytes -= slot.slab->stride;
  const bool is_last = chunk == waiting.last;
  if (waiting.begin == (is_last ? waiting.end : Waiting::in_chunk)) {
    waiting.first = chunk->next;
    waiting.begin = 0;
    if (is_last)
      waiting.last = nullptr;
    chunk->next = waiting.unused;
    waiting.unused = chunk;
  }
  return slot;
}

enum class Left : std::uint8_t { slab_stays, slab_goes, is_damaged };

Left leave(CheckClass& of, CheckSlab& slab, unsigned slot, bool looks,
           Damage* damage) noexcept {
  const base::Locked locked{of.lock};
  if (looks && !follows_sanitizer() &&
      !is_intact(room_of(slab, slot), slab.records[slot])) [[unlikely]] {
    *damage = damage_of(slab, slot);
    return Left::is_damaged;
  }
  slab.records[slot].use = static_cast<unsigned>(BlockUse::free);
  return put_slot(of, slab, slot) ? Left::slab_goes : Left::slab_stays;
}

void leave(HeapState& heap, const Waiting::Slot& old) noexcept {
  CheckSlab& slab = *old.slab;
  const auto slot = static_cast<unsigned>(old.number);
  CheckClass& of = heap.classes[slab.size_class];
  Damage damage;
  Left left = leave(of, slab, slot, true, &damage);
  if (left == Left::is_damaged) {
    tell_damage(slab, slot, damage);
    left = leave(of, slab, slot, false, &damage);
  }
  if (left == Left::slab_goes)
    give_back(slab);
}

}  // namespace

void quarantine(CheckSlab& slab, unsigned slot) noexcept {
  HeapState& heap = *slab.heap;
  const bool is_filled = slab.layout == Layout::slab;
  Waiting& waiting = is_filled ? heap.filled : heap.guarded;
  const std::size_t most = most_bytes(heap, is_filled);
  const Waiting::Slot newest{&slab, slot};
  Waiting::Slot old = newest;
  bool has_place = false;
  bool is_more = false;
  {
    const base::Locked locked{waiting.lock};
    has_place = push(waiting, newest);
    if (has_place)
      old = pop(waiting, most);
    is_more = waiting.bytes > most;
  }
  if (!has_place)
    degraded(Degraded::no_quarantine);
  for (unsigned i = 0; old.slab != nullptr; ++i) {
    leave(heap, old);
    if (i == leave_at_once || !is_more)
      return;
    const base::Locked locked{waiting.lock};
    old = pop(waiting, most);
    is_more = waiting.bytes > most;
  }
}

bool empty_quarantine(HeapState& heap) noexcept {
  bool was_any = false;
  for (Waiting* const waiting : {&heap.filled, &heap.guarded})
    for (;;) {
      Waiting::Slot old;
      {
        const base::Locked locked{waiting->lock};
        old = pop(*waiting, 0);
      }
      if (old.slab == nullptr)
        break;
      leave(heap, old);
      was_any = true;
    }
  return was_any;
}

}  // namespace tarn::check
