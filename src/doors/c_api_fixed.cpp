// Translates fixed.h. A heap's struct holds the table of its fit and the C++
// object; that of a pool of slots the object alone. Here is nothing that a
// board has not: this is the one door that is built for boards too.
#include "tarn/fixed.h"
#include "tarn/fixed_heap.hpp"
#include "tarn/slot_pool.hpp"

#include <new>

/// The calls of a FixedHeap, by way of a pointer to it.
struct tarn_fit {
  bool (*begin)(void* heap, std::span<std::byte> buffer);
  bool (*add)(void* heap, std::span<std::byte> buffer);
  void* (*allocate)(void* heap, std::size_t size, std::size_t align);
  void (*deallocate)(void* heap, void* p);
  void* (*reallocate)(void* heap, void* p, std::size_t size);
  bool (*try_expand)(void* heap, void* p, std::size_t size);
  bool (*owns)(const void* heap, const void* p);
  std::size_t (*size_of)(const void* heap, const void* p);
  std::size_t (*largest_free)(void* heap);
  tarn::FixedHeapStats (*stats)(void* heap);
  bool (*check)(const void* heap);
  bool (*check_step)(void* heap, std::size_t blocks);
};

// In tarn, so that who includes tarn_fixed.hpp has none of these names.
namespace tarn {
namespace {

// What a tarn_fixed_heap has in it.
struct Held {
  const tarn_fit* fit;
  alignas(8) std::byte heap[sizeof(tarn_fixed_heap) - 8];
};
static_assert(sizeof(Held) == sizeof(tarn_fixed_heap));

template <class Fit, class Canary = NoCanaries>
struct Calls {
  using Heap = FixedHeap<Fit, at_run_time, NoLock, Canary>;
  static_assert(sizeof(Heap) <= sizeof(Held::heap));
  static_assert(alignof(Heap) <= 8);

  static Heap& to(void* heap) noexcept {
    return *std::launder(static_cast<Heap*>(heap));
  }
  static const Heap& to(const void* heap) noexcept {
    return *std::launder(static_cast<const Heap*>(heap));
  }
  static bool begin(void* heap, std::span<std::byte> buffer) noexcept {
    return (::new (heap) Heap{})->add_buffer(buffer);
  }
  static bool add(void* heap, std::span<std::byte> buffer) noexcept {
    return to(heap).add_buffer(buffer);
  }
  static void* allocate(void* heap, std::size_t size,
                        std::size_t align) noexcept {
    return to(heap).allocate(size, align);
  }
  static void deallocate(void* heap, void* p) noexcept {
    to(heap).deallocate(p);
  }
  static void* reallocate(void* heap, void* p, std::size_t size) noexcept {
    return to(heap).reallocate(p, size);
  }
  static bool try_expand(void* heap, void* p, std::size_t size) noexcept {
    return to(heap).try_expand(p, size);
  }
  static bool owns(const void* heap, const void* p) noexcept {
    return to(heap).owns(p);
  }
  static std::size_t size_of(const void* heap, const void* p) noexcept {
    return to(heap).size_of(p);
  }
  static std::size_t largest_free(void* heap) noexcept {
    return to(heap).largest_free();
  }
  static FixedHeapStats stats(void* heap) noexcept { return to(heap).stats(); }
  static bool check(const void* heap) noexcept { return to(heap).check(); }
  static bool check_step(void* heap, std::size_t blocks) noexcept {
    return to(heap).check_step(blocks);
  }

  static constexpr tarn_fit table{
      begin, add,     allocate,     deallocate, reallocate, try_expand,
      owns,  size_of, largest_free, stats,      check,      check_step};
};

Held& to(tarn_fixed_heap* heap) noexcept {
  return *std::launder(reinterpret_cast<Held*>(heap));
}
const Held& to(const tarn_fixed_heap* heap) noexcept {
  return *std::launder(reinterpret_cast<const Held*>(heap));
}

static_assert(sizeof(SlotPool<>) <= sizeof(tarn_slot_pool));
static_assert(alignof(SlotPool<>) <= alignof(tarn_slot_pool));

SlotPool<>& to(tarn_slot_pool* pool) noexcept {
  return *std::launder(reinterpret_cast<SlotPool<>*>(pool));
}
const SlotPool<>& to(const tarn_slot_pool* pool) noexcept {
  return *std::launder(reinterpret_cast<const SlotPool<>*>(pool));
}

std::span<std::byte> span_of(void* buffer, std::size_t size) noexcept {
  return {static_cast<std::byte*>(buffer), size};
}

}  // namespace
}  // namespace tarn

extern "C" {

const tarn_fit* tarn_aligned_first_fit(void) {
  return &tarn::Calls<tarn::aligned_first_fit>::table;
}
const tarn_fit* tarn_half_fit(void) {
  return &tarn::Calls<tarn::half_fit>::table;
}
const tarn_fit* tarn_two_level(void) {
  return &tarn::Calls<tarn::two_level>::table;
}
const tarn_fit* tarn_buddy(void) {
  return &tarn::Calls<tarn::buddy>::table;
}

const tarn_fit* tarn_first_fit(void) {
  return &tarn::Calls<tarn::first_fit>::table;
}
const tarn_fit* tarn_next_fit(void) {
  return &tarn::Calls<tarn::next_fit>::table;
}
const tarn_fit* tarn_best_fit(void) {
  return &tarn::Calls<tarn::best_fit>::table;
}

const tarn_fit* tarn_aligned_first_fit_with_canaries(void) {
  return &tarn::Calls<tarn::aligned_first_fit, tarn::Canaries>::table;
}
const tarn_fit* tarn_half_fit_with_canaries(void) {
  return &tarn::Calls<tarn::half_fit, tarn::Canaries>::table;
}
const tarn_fit* tarn_two_level_with_canaries(void) {
  return &tarn::Calls<tarn::two_level, tarn::Canaries>::table;
}
const tarn_fit* tarn_buddy_with_canaries(void) {
  return &tarn::Calls<tarn::buddy, tarn::Canaries>::table;
}

bool tarn_fixed_heap_init(tarn_fixed_heap* heap, const tarn_fit* fit,
                          void* buffer, size_t size) {
  auto* const held = ::new (heap) tarn::Held;
  held->fit = fit;
  return fit->begin(held->heap, tarn::span_of(buffer, size));
}

void tarn_fixed_heap_destroy(tarn_fixed_heap* heap) {
  // As one without memory it refuses what comes after its end.
  static_cast<void>(tarn::to(heap).fit->begin(tarn::to(heap).heap, {}));
}

bool tarn_fixed_heap_add_buffer(tarn_fixed_heap* heap, void* buffer,
                                size_t size) {
  return tarn::to(heap).fit->add(tarn::to(heap).heap,
                                 tarn::span_of(buffer, size));
}

void* tarn_fixed_heap_allocate(tarn_fixed_heap* heap, size_t size) {
  return tarn::to(heap).fit->allocate(tarn::to(heap).heap, size,
                                      tarn::max_align);
}

void* tarn_fixed_heap_allocate_aligned(tarn_fixed_heap* heap, size_t size,
                                       size_t align) {
  return tarn::to(heap).fit->allocate(tarn::to(heap).heap, size, align);
}

void tarn_fixed_heap_deallocate(tarn_fixed_heap* heap, void* p) {
  tarn::to(heap).fit->deallocate(tarn::to(heap).heap, p);
}

void* tarn_fixed_heap_reallocate(tarn_fixed_heap* heap, void* p, size_t size) {
  return tarn::to(heap).fit->reallocate(tarn::to(heap).heap, p, size);
}

bool tarn_fixed_heap_try_expand(tarn_fixed_heap* heap, void* p, size_t size) {
  return tarn::to(heap).fit->try_expand(tarn::to(heap).heap, p, size);
}

bool tarn_fixed_heap_owns(const tarn_fixed_heap* heap, const void* p) {
  return tarn::to(heap).fit->owns(tarn::to(heap).heap, p);
}

size_t tarn_fixed_heap_size_of(const tarn_fixed_heap* heap, const void* p) {
  return tarn::to(heap).fit->size_of(tarn::to(heap).heap, p);
}

size_t tarn_fixed_heap_largest_free(tarn_fixed_heap* heap) {
  return tarn::to(heap).fit->largest_free(tarn::to(heap).heap);
}

bool tarn_fixed_heap_check(const tarn_fixed_heap* heap) {
  return tarn::to(heap).fit->check(tarn::to(heap).heap);
}

bool tarn_fixed_heap_check_step(tarn_fixed_heap* heap, size_t blocks) {
  return tarn::to(heap).fit->check_step(tarn::to(heap).heap, blocks);
}

void tarn_fixed_heap_stats(tarn_fixed_heap* heap, tarn_fixed_stats* stats) {
  const tarn::FixedHeapStats now =
      tarn::to(heap).fit->stats(tarn::to(heap).heap);
  *stats = {now.size,
            now.used,
            now.peak,
            now.largest_free,
            now.largest_request,
            now.smallest_block,
            now.refusals,
            now.fragmented,
            now.headroom,
            {}};
}

bool tarn_slot_pool_init(tarn_slot_pool* pool, void* buffer, size_t bytes,
                         size_t size) {
  return tarn_slot_pool_init_aligned(pool, buffer, bytes, size,
                                     tarn::detail::slot_align(size));
}

bool tarn_slot_pool_init_aligned(tarn_slot_pool* pool, void* buffer,
                                 size_t bytes, size_t size, size_t align) {
  ::new (pool) tarn::SlotPool<>{tarn::span_of(buffer, bytes), size, align};
  return tarn::to(pool).largest_free() != 0;
}

void tarn_slot_pool_destroy(tarn_slot_pool* pool) {
  ::new (pool) tarn::SlotPool<>{{}, 0};
}

void* tarn_slot_pool_allocate(tarn_slot_pool* pool) {
  return tarn::to(pool).allocate();
}

void tarn_slot_pool_deallocate(tarn_slot_pool* pool, void* p) {
  tarn::to(pool).deallocate(p);
}

bool tarn_slot_pool_owns(const tarn_slot_pool* pool, const void* p) {
  return tarn::to(pool).owns(p);
}

size_t tarn_slot_pool_size_of(const tarn_slot_pool* pool, const void* p) {
  return tarn::to(pool).size_of(p);
}

size_t tarn_slot_pool_largest_free(const tarn_slot_pool* pool) {
  return tarn::to(pool).largest_free();
}

bool tarn_slot_pool_check(const tarn_slot_pool* pool) {
  return tarn::to(pool).check();
}

bool tarn_slot_pool_check_step(tarn_slot_pool* pool, size_t slots) {
  return tarn::to(pool).check_step(slots);
}

void tarn_slot_pool_stats(const tarn_slot_pool* pool, tarn_slot_stats* stats) {
  const tarn::SlotPoolStats now = tarn::to(pool).stats();
  *stats = {now.slot, now.slots, now.in_use, now.peak, now.refusals, {}};
}

}  // extern "C"
