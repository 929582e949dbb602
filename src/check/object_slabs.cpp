// How a checked object pool and its slabs begin and end: where the objects lie,
// and what is written beside them.
#include "base/order.hpp"
#include "check/fills.hpp"
#include "check/object_shadow.hpp"
#include "check/objects.hpp"
#include "check/shadow.hpp"
#include "os/memory.hpp"
#include "port/check_mode.hpp"
#include "port/world.hpp"

#include <atomic>
#include <new>

namespace tarn::check {
namespace {

using object::Shape;
using object::Slab;
using object::State;

// Before and behind an object, as long as it fits into a slab; half of it for
// small ones.
constexpr std::size_t widest_zone = 32;
constexpr std::size_t small_object = 64;
// So many wait for their next use, and no more than that of bytes.
constexpr std::size_t most_waiting = 64;
constexpr std::size_t most_bytes_waiting = 1 * MiB;

constexpr std::size_t least_loan = 4 * KiB;

// Slabs of living pools by their addresses, the newest of those that are alike:
// whoever releases an object learns quickly that its slab can be read. Turned
// over, since a pool that only this knows of is forgotten.
constexpr unsigned known_log2 = 12;
constinit std::atomic<std::uintptr_t> known_slabs[1u << known_log2] = {};

std::atomic<std::uintptr_t>& known_like(const void* slab) noexcept {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  const std::uint64_t mixed =
      std::uint64_t{detail::address_of(slab)} / least_loan * golden;
  return known_slabs[mixed >> (64 - known_log2)];
}

void know(const std::byte* slab) noexcept {
  known_like(slab).store(~detail::address_of(slab), std::memory_order_release);
}

void forget(const std::byte* slab) noexcept {
  std::uintptr_t known = ~detail::address_of(slab);
  static_cast<void>(known_like(slab).compare_exchange_strong(
      known, 0, std::memory_order_acq_rel, std::memory_order_relaxed));
}

Loan lend_for_records(std::size_t size) noexcept {
  return port::system_lend({base::larger(size, least_loan), max_align});
}

bool choose_shape(const detail::ObjectKind& kind, Shape& shape, Objects& pool,
                  bool wants_pages) noexcept {
  if (wants_pages && kind.slab % os::page_size() == 0) {
    const Shape found =
        object::shape_at_end(kind.size, kind.align, kind.slab, kind.constructs);
    pool.is_paged = found.slots != 0;
    if (pool.is_paged) {
      shape = found;
      pool.front = base::smaller<std::size_t>(
          widest_zone / 2,
          base::larger<std::size_t>(shape.first, detail::slab_head) -
              detail::slab_head);
      return true;
    }
  }
  std::size_t zone = kind.size < small_object ? widest_zone / 2 : widest_zone;
  for (;; zone /= 2) {
    const Shape found = object::shape_with_zones(
        kind.size, kind.align, kind.slab, kind.constructs, zone);
    if (found.slots != 0) {
      shape = found;
      pool.front = zone;
      return true;
    }
    if (zone == 0)
      return false;
  }
}

// What lies between the objects, and in those that are nobody's yet.
void start_slab(const Objects& pool, const Shape& shape,
                SlabRecords& records) noexcept {
  std::byte* const memory = records.slab.memory;
  const std::size_t head = shape.first - pool.front;
  if (follows_sanitizer())
    lent_in_shadow(records, head);
  else
    fill(memory + head, records.slab_size - head, redzone_fill);
  for (std::uint32_t i = 0; i < shape.slots; ++i) {
    SlotRecord& slot = *::new (records.slots() + i) SlotRecord{};
    slot.object = memory + shape.first + std::size_t{i} * shape.stride;
    slot.record.pool = pool.number;
    slot.record.size = pool.size & ((std::uint64_t{1} << 40) - 1);
    if (!follows_sanitizer())
      fill(slot.object, pool.size, fresh_fill);
  }
  if (follows_sanitizer())
    hide_records(records);
}

Loan lend_memory(State& state) noexcept {
  const Objects& pool = Objects::of(state);
  const std::size_t behind =
      pool.is_paged && state.upstream == nullptr ? os::page_size() : 0;
  const Loan loan = state.lend(state.slab_size + behind, state.slab_size);
  return loan || !empty_graves()
             ? loan
             : state.lend(state.slab_size + behind, state.slab_size);
}

// The shape of a pool is written when it begins.
const Shape& shape_of(const State& state) noexcept TARN_UNCHECKED_LOCKS {
  return state.slabs.shape();
}

}  // namespace

void* begin_objects(const detail::ObjectKind& kind, CheckMode mode,
                    std::uint32_t id, Shape& shape) noexcept {
  const Loan own = lend_for_records(sizeof(Objects));
  if (!own)
    return nullptr;
  auto& pool = *::new (own.memory) Objects{};
  pool.own = own;
  pool.size = kind.size;
  pool.keeps_state = kind.keeps_state;
  pool.constructs = kind.constructs;
  pool.is_steady = kind.is_steady;
  pool.most_wait =
      base::smaller(most_waiting, most_bytes_waiting /
                                      base::larger<std::size_t>(kind.size, 1));
  if (!choose_shape(kind, shape, pool,
                    mode == CheckMode::full_page && !follows_sanitizer())) {
    port::system_take_back(own);
    return nullptr;
  }
  pool.number = enter_pool(PoolKind::object_pool, id);
  watch_graves();
  return &pool;
}

Loan lend_slab(State& state, void*& records) noexcept {
  const Objects& pool = Objects::of(state);
  const Shape& shape = shape_of(state);
  const Loan slab = lend_memory(state);
  if (!slab)
    return {};
  const Loan own =
      lend_for_records(sizeof(SlabRecords) + shape.slots * sizeof(SlotRecord));
  if (!own) {
    state.take_back(slab);
    return {};
  }
  auto& beside = *::new (own.memory) SlabRecords{
      slab, own, state.slab_size, pool.size, pool.number, shape.slots, false};
  start_slab(pool, shape, beside);
  if (pool.is_paged && state.upstream == nullptr)
    guard_behind(beside);
  records = &beside;
  know(slab.memory);
  return slab;
}

bool is_known_slab(const Slab& slab) noexcept {
  return known_like(&slab).load(std::memory_order_acquire) ==
         ~detail::address_of(&slab);
}

void take_back_slab(State& state, Loan loan, void* records) noexcept {
  auto& beside = *static_cast<SlabRecords*>(records);
  forget(loan.memory);
  // An upstream of the program's may end with the pool.
  if (state.upstream == nullptr && bury(beside))
    return;
  if (follows_sanitizer())
    returned_in_shadow(beside);
  unguard_behind(beside);
  state.take_back(loan);
  drop(beside);
}

void end_objects(State& state, std::size_t in_use) noexcept {
  static_cast<void>(look_at_all(state));
  if (in_use != 0)
    tell_in_use(state, in_use);
}

namespace {

// Those who have an object still are told when they touch it.
bool abandon(Slab& slab, void* with) noexcept {
  const State& state = *static_cast<const State*>(with);
  slab.self = nullptr;
  forget(slab.loan.memory);
  if (state.upstream == nullptr)
    static_cast<void>(bury(records_of(slab)));
  else if (follows_sanitizer())
    returned_in_shadow(records_of(slab));
  return true;
}

}  // namespace

void forget_objects(State& state) noexcept {
  Objects& pool = Objects::of(state);
  leave_pool(pool.number);
  {
    const base::Locked locked{state.lock};
    state.slabs.for_each(abandon, &state);
  }
  port::system_take_back(pool.own);
}

void look_at_slab(State& state, Slab& slab) noexcept {
  SlabRecords& records = records_of(slab);
  if (follows_sanitizer())
    return open_in_shadow(records);
  for (std::uint32_t i = 0; i < records.count; ++i) {
    SlotRecord& slot = records.slots()[i];
    show(slot, records);
    static_cast<void>(look_at(state, slot, use_of(slot)));
  }
}

}  // namespace tarn::check
