// The thread heaps of the process: made when a thread first allocates,
// abandoned when it ends, adopted by the next one. They are never unmapped, so
// that whoever finds an id in the page map finds its heap.
#include "base/spin_lock.hpp"
#include "heap/slow.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/maintenance.hpp"
#include "span/space.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn::heap {

constinit ThreadHeap no_heap;
constinit thread_local ThreadHeap* own_heap = &no_heap;

namespace {

// A look at the clock every so many milliseconds is a look often enough.
constexpr std::uint32_t look_ms = 2;

// What a thread left behind is given back when nobody adopted it for so long.
constexpr std::uint32_t patience_ms = 500;

// Guards the list of the abandoned and the making of heaps. A leaf: nothing
// else is locked under it.
constinit base::SpinLock lock;
constinit ThreadHeap* abandoned TARN_GUARDED_BY(lock) = nullptr;
constinit std::uintptr_t key TARN_GUARDED_BY(lock) = 0;

// Written under the lock, the count last: its release pairs with heaps().
constinit std::atomic<ThreadHeap*> all[most_heaps] = {};
constinit std::atomic<HeapId> count{0};

void abandon(ThreadHeap& heap) noexcept {
  heap.abandoned = span::now_ms();
  const base::Locked locked{lock};
  heap.next = abandoned;
  abandoned = &heap;
}

void leave() noexcept {
  ThreadHeap& heap = *own_heap;
  if (&heap == &no_heap)
    return;
  send_all(heap);
  own_heap = &no_heap;
  abandon(heap);
}

// Thread heaps that waited for long: their slabs are anybody's.
void dissolve_abandoned() noexcept {
  const std::uint32_t now = span::now_ms();
  ThreadHeap* old = nullptr;
  {
    const base::Locked locked{lock};
    for (ThreadHeap** link = &abandoned; *link != nullptr;) {
      ThreadHeap* const heap = *link;
      if (now - heap->abandoned < patience_ms || heap->is_dissolved) {
        link = &heap->next;
        continue;
      }
      *link = heap->next;
      heap->next = old;
      old = heap;
    }
  }
  while (old != nullptr) {
    ThreadHeap& heap = *old;
    old = heap.next;
    {
      const Busy busy{heap};
      dissolve(heap);
    }
    heap.is_dissolved = true;
    const base::Locked locked{lock};
    heap.next = abandoned;
    abandoned = &heap;
  }
}

// What nobody's calls would give back.
void keep_up() noexcept {
  dissolve_abandoned();
  release_listed();
}

void hold_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  lock.lock();
}

void release_in_parent() noexcept TARN_UNCHECKED_LOCKS {
  lock.unlock();
}

// The heaps of threads that are not here are abandoned, but for those whose
// lists may not be whole: what they hold is lost.
void release_in_child() noexcept TARN_UNCHECKED_LOCKS {
  abandoned = nullptr;
  for (HeapId id = 1; id <= count.load(relaxed); ++id) {
    ThreadHeap* const heap = all[id - 1].load(relaxed);
    if (heap == own_heap || heap->is_busy.load(relaxed))
      continue;
    heap->next = abandoned;
    abandoned = heap;
  }
  lock.unlock();
}

void start() noexcept TARN_REQUIRES(lock) {
  if (key != 0)
    return;
  // Hard to meet by chance, and not the address of anything.
  key = (detail::address_of(&no_heap) ^ os::exact_now()) *
            std::uintptr_t{0x9E3779B97F4A7C15} |
        1;
  static_cast<void>(thread::at_exit(leave));
  static_cast<void>(
      thread::at_fork({hold_for_fork, release_in_parent, release_in_child}));
  span::set_upkeep(keep_up);
}

// Room for a heap, since the space must not be asked under our lock.
ThreadHeap* make() noexcept {
  const Loan loan =
      port::system_lend({.size = sizeof(ThreadHeap), .kind = PoolKind::heap});
  if (!loan)
    return nullptr;
  auto* const heap = ::new (loan.memory) ThreadHeap;
  const span::Reservation& first = span::the_space.reservation(0);
  heap->space = first.begin();
  heap->granules = first.granules();
  heap->map = first.descriptors();
  {
    const base::Locked locked{lock};
    const HeapId id = count.load(relaxed) + 1;
    if (id < most_heaps) {
      heap->id = id;
      heap->tag = id << 16;
      heap->key = key;
      all[id - 1].store(heap, relaxed);
      count.store(id, std::memory_order_release);
      return heap;
    }
  }
  port::system_take_back(loan);
  return nullptr;
}

ThreadHeap* adopt() noexcept {
  const base::Locked locked{lock};
  start();
  ThreadHeap* const heap = abandoned;
  if (heap != nullptr) {
    abandoned = heap->next;
    heap->is_dissolved = false;
  }
  return heap;
}

}  // namespace

ThreadHeap* enter() noexcept {
  if (own_heap != &no_heap) [[likely]]
    return own_heap;
  ThreadHeap* heap = adopt();
  if (heap == nullptr)
    heap = make();
  if (heap == nullptr)
    return nullptr;
  heap->last_look = span::now_ms();
  own_heap = heap;
  // Without its end being watched the heap is lost with the thread, no more.
  static_cast<void>(port::thread_index());
  static_cast<void>(thread::watch());
  return heap;
}

ThreadHeap& heap_of(HeapId id) noexcept {
  return *all[id - 1].load(relaxed);
}

HeapId heaps() noexcept {
  return count.load(std::memory_order_acquire);
}

void run_duties(ThreadHeap& heap) noexcept {
  heap.posts = 0;
  send_all(heap);
  const std::uint32_t now = span::now_ms();
  const std::uint32_t elapsed = now - heap.last_look;
  if (elapsed < look_ms)
    return;
  heap.last_look = now;
  span::maintain_on_request_path(elapsed);
}

}  // namespace tarn::heap
