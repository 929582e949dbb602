// A thread that idles would keep its slabs for ever, with all the slots that
// others brought back meanwhile. Whoever looks after the heaps goes into them
// in its place. The thread's bins stay its own: its fast path knows nothing of
// it.
//
//     owner, slow path                    trimmer
//     busy = odd                          is_frozen = true
//     is_frozen? then wait                a barrier in every running thread
//     ... slabs and lists ...             busy even? the slabs are the
//     trimmer's busy = even                         is_frozen = false
//
// Either the owner sees is_frozen, or the trimmer sees busy. Where the kernel
// has no such barrier nothing is trimmed.
#include "heap/slow.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"

namespace tarn::heap {
namespace {

// A thread heap is looked at so often, in ms.
constexpr std::uint32_t trim_ms = 400;

// So many at once, by one barrier.
constexpr unsigned most_at_once = 64;

constinit bool can_wait = false;

bool is_idle(ThreadHeap& heap, std::uint32_t now) noexcept {
  const std::uint32_t busy = heap.busy.load(relaxed);
  const bool was_seen = busy == heap.seen_busy;
  heap.seen_busy = busy;
  return was_seen && busy % 2 == 0 && now - heap.trimmed >= trim_ms;
}

void trim(ThreadHeap& heap) noexcept {
  const std::size_t page = os::page_size();
  for (unsigned i = 1; i < classes; ++i)
    for (Slab* next = heap.partial[i]; next != nullptr;) {
      Slab& slab = *next;
      next = slab.older;
      if (slab.word.count() != 0)
        slab.take_returned();
      if (slab.is_unused()) {
        unlink(heap, slab);
        release(*heap.domain, slab);
      } else if (const slab::Hole hole = slab.make_hole(page); hole.size != 0) {
        os::purge(hole.memory, hole.size);
      }
    }
}

void trim_all(ThreadHeap* const* heaps, unsigned count,
              std::uint32_t now) noexcept {
  for (unsigned i = 0; i < count; ++i)
    heaps[i]->is_frozen.store(true, relaxed);
  const bool is_sure = can_wait && os::barrier_all_threads();
  for (unsigned i = 0; i < count; ++i) {
    ThreadHeap& heap = *heaps[i];
    if (is_sure && heap.busy.load(std::memory_order_acquire) % 2 == 0)
      trim(heap);
    heap.trimmed = now;
    heap.is_frozen.store(false, std::memory_order_release);
  }
}

}  // namespace

void Busy::wait() noexcept {
  for (unsigned round = 0;; ++round) {
    heap_.busy.store(was_, std::memory_order_release);
    base::back_off(round);
    heap_.busy.store(was_ + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (!heap_.is_frozen.load(std::memory_order_acquire))
      return;
  }
}

void prepare_trimming() noexcept {
  can_wait = os::prepare_barrier();
}

void trim_idle(Domain& domain, std::uint32_t now) noexcept {
  ThreadHeap* idle[most_at_once];
  unsigned count = 0;
  for (ThreadHeap* heap = members_of(domain); heap != nullptr;
       heap = heap->next_member) {
    if (heap == domain.shared || !is_idle(*heap, now))
      continue;
    idle[count++] = heap;
    if (count == most_at_once) {
      trim_all(idle, count, now);
      count = 0;
    }
  }
  if (count != 0)
    trim_all(idle, count, now);
}

}  // namespace tarn::heap
