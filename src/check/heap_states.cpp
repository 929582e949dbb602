// The heaps that are checked, and fork.
#include "check/arena.hpp"
#include "check/heap.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn::check {
namespace {

// Guards the lists. Held while all heaps are walked, so above their locks.
constinit base::SpinLock states_lock;
constinit HeapState* states TARN_GUARDED_BY(states_lock) = nullptr;
constinit HeapState* unused_heaps TARN_GUARDED_BY(states_lock) = nullptr;

void hold_heap_states() noexcept TARN_UNCHECKED_LOCKS {
  states_lock.lock();
  for (HeapState* heap = states; heap != nullptr; heap = heap->next) {
    for (CheckClass& of : heap->classes)
      of.lock.lock();
    heap->filled.lock.lock();
    heap->guarded.lock.lock();
  }
  spare_lock.lock();
}

void release_heap_states() noexcept TARN_UNCHECKED_LOCKS {
  spare_lock.unlock();
  for (HeapState* heap = states; heap != nullptr; heap = heap->next) {
    heap->guarded.lock.unlock();
    heap->filled.lock.unlock();
    for (CheckClass& of : heap->classes)
      of.lock.unlock();
  }
  states_lock.unlock();
}

HeapState* take_unused() noexcept {
  {
    const base::Locked locked{states_lock};
    if (HeapState* const heap = unused_heaps) {
      unused_heaps = heap->next;
      return heap;
    }
  }
  return static_cast<HeapState*>(keep(sizeof(HeapState)));
}

void keep_unused(HeapState& heap) noexcept TARN_REQUIRES(states_lock) {
  heap.next = unused_heaps;
  unused_heaps = &heap;
}

}  // namespace

void watch_states() noexcept {
  static_cast<void>(thread::at_fork({.prepare = hold_heap_states,
                                     .in_parent = release_heap_states,
                                     .in_child = release_heap_states,
                                     .is_outer = true}));
}

HeapState* state_of(heap::Domain& domain) noexcept {
  if (void* const known = domain.checked.load(std::memory_order_acquire))
    return static_cast<HeapState*>(known);
  HeapState* const heap = take_unused();
  if (heap == nullptr)
    return nullptr;
  const PoolNumber number = enter_pool(PoolKind::heap, domain.id);
  if (domain.is_default)
    mark_default(number);
  HeapState* others = nullptr;
  {
    const base::Locked locked{states_lock};
    others =
        static_cast<HeapState*>(domain.checked.load(std::memory_order_relaxed));
    if (others != nullptr) {
      keep_unused(*heap);
    } else {
      ::new (heap) HeapState{};
      heap->domain = &domain;
      heap->number = number;
      heap->born = port::clock_ms();
      heap->next = states;
      states = heap;
      domain.checked.store(heap, std::memory_order_release);
    }
  }
  if (others == nullptr)
    return heap;
  leave_pool(number);
  return others;
}

void end_state(HeapState& heap) noexcept {
  leave_pool(heap.number);
  const base::Locked locked{states_lock};
  HeapState** link = &states;
  while (*link != &heap)
    link = &(*link)->next;
  *link = heap.next;
  keep_unused(heap);
}

HeapState* next_state(const HeapState* state) noexcept TARN_UNCHECKED_LOCKS {
  return state == nullptr ? states : state->next;
}

void hold_states() noexcept TARN_UNCHECKED_LOCKS {
  states_lock.lock();
}

void release_states() noexcept TARN_UNCHECKED_LOCKS {
  states_lock.unlock();
}

}  // namespace tarn::check
