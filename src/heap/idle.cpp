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
#include "os/process.hpp"
#include "span/maintenance.hpp"

namespace tarn::heap {
namespace {

// An idle thread may come back and has to wait then: no longer than this, in
// nanoseconds. What is left to do waits for the next round.
constexpr std::uint64_t longest_freeze = 2'000'000;

// So many at once, by one barrier.
constexpr unsigned most_at_once = 64;

constinit bool can_wait = false;

bool is_idle(ThreadHeap& heap) noexcept {
  const std::uint32_t busy = heap.busy.load(relaxed);
  const bool was_seen = busy == heap.seen_busy;
  heap.seen_busy = busy;
  return was_seen && busy % 2 == 0;
}

void trim_all(ThreadHeap* const* heaps, unsigned count,
              std::uint32_t now) noexcept {
  for (unsigned i = 0; i < count; ++i)
    heaps[i]->is_frozen.store(true, relaxed);
  const bool is_sure = can_wait && os::barrier_all_threads();
  for (unsigned i = 0; i < count; ++i) {
    ThreadHeap& heap = *heaps[i];
    if (is_sure && heap.busy.load(std::memory_order_acquire) % 2 == 0)
      trim_frozen(heap, now, os::exact_now() + longest_freeze);
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
    if (heap == domain.shared)
      continue;
    const bool is_at_rest = is_idle(*heap);
    if (heap == own_heaps.at[domain.place]) {
      if (is_at_rest || span::request_budget(1) == 0)
        trim_own(*heap, now, os::exact_now() + longest_freeze);
      continue;
    }
    if (!is_at_rest || !is_trim_due(*heap, now))
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
