// thread_heap.hpp - what a heap keeps for one thread.
//
//     bins      free blocks of each size class, last in first out: the fast
//     path partial   the slabs of this thread, by class, the last touched first
//     outbox    blocks of other threads' slabs, on their way home
//     listed    this thread's slabs that others gave blocks back to
//
// A block in a bin or an outbox is in use as far as its slab knows, so it may
// wait there whoever owns the slab by then.
//
// Threads  confined to its thread, but for `listed`. The heap of a thread that
//          ended waits for another one (heaps.cpp).
// SPDX-License-Identifier: MIT
#pragma once

#include "heap/size_class.hpp"
#include "slab/slab.hpp"
#include "span/granule.hpp"

namespace tarn::heap {

using slab::FreeSlot;
using slab::Slab;

/// The number of a thread heap, which is the owner in the page map. 0: nobody.
using HeapId = std::uint32_t;
inline constexpr HeapId most_heaps = 0xFFFF;

struct Bin {
  FreeSlot* head;
  // Low 21 bits: how many more blocks fit. Above: the allocations since the
  // last duties, up to 1024, when the word becomes negative.
  std::uint32_t room;
  std::uint32_t unused;
};
static_assert(sizeof(Bin) == max_align, "a size is the offset of its bin");

inline constexpr std::uint32_t one_allocation = 1u << 21;
inline constexpr std::uint32_t room_mask = one_allocation - 1;

/// Blocks of one slab that is another thread's.
struct Parcel {
  Slab* slab;
  slab::Batch batch;
};

struct alignas(64) ThreadHeap {
  static constexpr unsigned outbox_parcels = 16;

  Bin bins[classes] = {};
  // What the fast path compares with: the first reservation, of which no_heap
  // has none, and the id as it stands in the page map.
  const std::byte* space = nullptr;
  std::size_t granules = 0;
  const std::atomic<std::uint32_t>* map = nullptr;
  std::uint32_t tag = most_heaps << 16;
  HeapId id = 0;
  std::uintptr_t key = 0;  // what stands in every free block
  Slab* partial[classes] = {};
  Parcel outbox[outbox_parcels] = {};
  std::uint32_t posts = 0;      // since the last duties
  std::uint32_t last_look = 0;  // ms
  ThreadHeap* next = nullptr;   // in the list of the abandoned
  std::uint32_t abandoned = 0;  // ms
  bool is_dissolved = false;    // it keeps nothing; since it was abandoned
  // Set by its thread while its lists may not be whole; read after fork, where
  // that thread is no more. Orders nothing.
  std::atomic<bool> is_busy{false};

  // Written by any thread that brings blocks back.
  alignas(64) slab::SlabList listed[classes];

  /// The bin of a size that is a multiple of 16 of at most 1 KiB.
  [[nodiscard]] Bin& bin_of(std::size_t size) noexcept {
    return *reinterpret_cast<Bin*>(reinterpret_cast<std::byte*>(this) + size);
  }
};

/// Marks the heap as busy for a scope.
class Busy {
 public:
  explicit Busy(ThreadHeap& heap) noexcept
      : heap_(heap), was_(heap.is_busy.load(std::memory_order_relaxed)) {
    heap.is_busy.store(true, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    heap_.is_busy.store(was_, std::memory_order_relaxed);
  }

 private:
  ThreadHeap& heap_;
  bool was_;
};

/// Serves nothing and takes nothing, so that a thread without a heap of its own
/// needs no test.
extern constinit ThreadHeap no_heap;

/// The heap of this thread, or no_heap.
extern constinit thread_local ThreadHeap* own_heap
    __attribute__((tls_model("initial-exec")));

/// The heap of this thread, made or adopted when there is none. Null: no
/// memory.
[[nodiscard]] ThreadHeap* enter() noexcept;

/// Any thread heap by its id, which was given out.
[[nodiscard]] ThreadHeap& heap_of(HeapId id) noexcept;

// slabs.cpp
/// Puts free blocks of the class into its empty bin. False: no memory.
[[nodiscard]] bool refill(ThreadHeap& heap, unsigned size_class) noexcept;
/// Takes a block back into its slab, which is the heap's.
void put_back(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept;
/// Takes back a slab of the heap's that was used up, if nobody listed it.
[[nodiscard]] bool take_back(ThreadHeap& heap, Slab& slab) noexcept;
/// Gives all that the heap keeps back to its slabs, and those that nobody uses
/// back to the space; the others wait in `listed`.
void dissolve(ThreadHeap& heap) noexcept;
/// Gives back what is unused of the slabs that wait in any heap's `listed`.
void release_listed() noexcept;
[[nodiscard]] Slab& slab_of(const void* p) noexcept;

// outbox.cpp
/// Sends a block home to a slab that is not the heap's.
void send(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept;
void send_all(ThreadHeap& heap) noexcept;
/// The same at once, for one who has no heap.
void post(Slab& slab, const slab::Batch& batch) noexcept;

// heaps.cpp
/// What is due every thousand calls: sends blocks home, looks at the clock.
void run_duties(ThreadHeap& heap) noexcept;
/// How many ids were given out: 1 to this.
[[nodiscard]] HeapId heaps() noexcept;

// large.cpp
[[nodiscard]] void* allocate_large(std::size_t size,
                                   std::size_t align) noexcept;
void deallocate_large(void* p) noexcept;
[[nodiscard]] std::size_t large_size(const void* p) noexcept;
[[nodiscard]] bool resize_large(void* p, std::size_t size) noexcept;
/// Makes a new block read as zero, without touching pages that do already.
void clear_large(void* p) noexcept;

// faults.cpp
[[noreturn]] void report_double_free(const void* p) noexcept;
[[noreturn]] void report_interior(const void* p, const void* block,
                                  std::size_t size) noexcept;
[[noreturn]] void report_foreign(const void* p, const char* why) noexcept;

}  // namespace tarn::heap
