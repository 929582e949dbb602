// thread_heap.hpp - what a heap keeps for one thread.
//
//     bins      free blocks of each class, last in first out: the fast path
//     partial   the slabs of this thread that have slots at hand, by class,
//               the last touched first, but for the one it takes from now
//     dry       those that have only slots without pages: fresh and bare ones
//     mixed     slabs of several classes, for those of which it needs few
//     outbox    blocks of other threads' slabs, on their way home
//     listed    this thread's slabs that others gave blocks back to
//
// A block in a bin or an outbox is in use as far as its slab knows, so it may
// wait there whoever owns the slab by then.
//
// Threads  confined to its thread, but for `listed` and `mixed`. The heap of a
//          thread that ended waits for another one (heaps.cpp).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"

#include "heap/bin.hpp"
#include "heap/domain.hpp"
#include "port/world.hpp"
#include "slab/mixed_slab.hpp"
#include "slab/slab.hpp"
#include "span/reservation.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn::heap {

using slab::MixedSlab;
using slab::Slab;

/// The number of a thread heap, which is the owner in the page map. 0: nobody.
using HeapId = std::uint32_t;
inline constexpr HeapId most_heaps = 0xFFFF;

/// Blocks of one granule of another thread's slab.
struct Parcel {
  FreeSlot* first;
  FreeSlot* last;
  std::uintptr_t mark;  // what blocks of its class have when they are free
  // The granule in the first reservation, or no_granule. While blocks are in
  // the parcel their slab stays where it is.
  std::uint32_t granule;
  std::uint32_t room;  // blocks that still fit
};
static_assert(sizeof(Parcel) == 32);

inline constexpr std::uint32_t no_granule = ~std::uint32_t{0};

/// Blocks that come and go between two times that duties are due.
inline constexpr std::int32_t blocks_between_duties = 2048;

struct alignas(64) ThreadHeap {
  // As many granules a producer has whose blocks of many sizes come by turns:
  // with 16 or 32, most parcels of such a ring held two blocks. What waits pins
  // pages of others while its thread idles, so not more.
  static constexpr unsigned outbox_parcels = 64;

  constexpr ThreadHeap() noexcept {
    for (Parcel& parcel : outbox)
      parcel.granule = no_granule;
  }

  Bin bins[classes] = {};
  // What the fast path compares with: the first reservation, of which no_heap
  // has none, and the id as it stands in the page map.
  const std::byte* space = nullptr;
  std::size_t granules = 0;
  const std::atomic<std::uint32_t>* map = nullptr;
  std::uint32_t tag = most_heaps << 16;
  // Blocks that may still come before duties are due.
  std::int32_t until_duties = blocks_between_duties;
  std::uintptr_t key = 0;  // the same in all of them; its low bits are 0
  HeapId id = 0;
  Slab* partial[classes] = {};
  Slab* dry[classes] = {};
  Parcel outbox[outbox_parcels] = {};
  // A bit for each parcel that holds blocks.
  std::uint64_t open_parcels = 0;
  static_assert(outbox_parcels <= 64);
  // For statistics: counts since the start, whose it is, and its heap's id.
  base::Published<std::uint32_t> refills[classes] = {};
  base::Published<std::uint32_t> slabs_made = 0;
  base::Published<std::uint32_t> thread = no_thread;
  base::Published<std::uint32_t> pool = 0;
  std::uint32_t posts = 0;      // of large blocks, since the last duties
  std::uint32_t last_look = 0;  // ms
  std::uint8_t soon_looks = 0;  // in a row, up to steady_looks
  // The heap it belongs to, null for one that ended. Written under the lock of
  // all heaps.
  Domain* domain = nullptr;
  ThreadHeap* next_member = nullptr;  // of the same heap
  ThreadHeap* next = nullptr;         // in the list of the abandoned
  std::uint32_t abandoned = 0;        // ms
  // It keeps nothing, or will at once; since it was abandoned.
  bool is_dissolved = false;
  bool is_of_default = false;  // as the domain says, which may end
  // Odd while its thread is in its slabs, whose lists may not be whole then.
  // Read after fork, where that thread is no more, and by whoever trims it
  // (idle.cpp): the release at the end pairs with that acquire.
  std::atomic<std::uint32_t> busy{0};
  // Set by whoever trims it, and its thread stays out: the release that clears
  // it pairs with the acquire of Busy.
  std::atomic<bool> is_frozen{false};
  std::uint32_t seen_busy = 0;  // when upkeep looked last
  // A sweep for what goes back (sweep.cpp): when the last one began, in ms, and
  // how far it is. Who is in the slabs writes these; others look whether it is
  // due, and whether it is they learn again when they are in the slabs.
  base::Published<std::uint32_t> trimmed = 0;
  base::Published<std::uint32_t> trim_list = 0;  // 0: none is under way
  Slab* trim_next = nullptr;                     // of that list; null: its end

  // In mode `sampled`, the class whose next block the check is asked for, or 0,
  // and what its bin had when that was drawn; no_slot: nothing (draw.cpp).
  unsigned drawn = 0;
  FreeSlot* aside = nullptr;
  // Whether asks that come by are shown to draw.cpp: one is drawn, or all are,
  // or nobody has this heap yet.
  bool is_drawing = true;

  // 0: the first blocks of a class come from a strip, the next ones from a
  // slab. From 1 on it counts the blocks of strips that the bin took back.
  std::uint8_t warmth[classes] = {};

  // Guards the mixed slabs; of a compact heap's, everything.
  base::SpinLock lock;
  MixedSlab* mixed TARN_GUARDED_BY(lock) = nullptr;
  std::uint16_t strips[classes] TARN_GUARDED_BY(lock) = {};

  // Written by any thread that brings blocks back.
  alignas(64) slab::SlabList listed[classes];

  /// The bin of a size that is a multiple of 16, of at most largest_linear.
  [[nodiscard]] Bin& bin_of(std::size_t size) noexcept {
    return *reinterpret_cast<Bin*>(reinterpret_cast<std::byte*>(this) + size);
  }

  /// Which granule of the first reservation holds `p`; from `granules` on:
  /// none.
  [[nodiscard]] std::size_t granule_of(const void* p) const noexcept {
    return (detail::address_of(p) - detail::address_of(space)) /
           span::granule_size;
  }

  [[nodiscard]] unsigned class_of(const Bin& bin) const noexcept {
    return static_cast<unsigned>(&bin - bins);
  }

  /// What stands in a free block of the class.
  [[nodiscard]] std::uintptr_t mark_of(unsigned size_class) const noexcept {
    return key | room_of(size_class);
  }

  [[nodiscard]] Parcel& parcel_for(std::size_t granule) noexcept {
    return outbox[granule % outbox_parcels];
  }
};

/// Marks the heap as busy for a scope: its slabs are this thread's.
class Busy {
 public:
  explicit Busy(ThreadHeap& heap) noexcept
      : heap_(heap), was_(heap.busy.load(std::memory_order_relaxed)) {
    if (was_ % 2 == 0)
      begin();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    if (was_ % 2 == 0)
      heap_.busy.store(was_ + 2, std::memory_order_release);
  }

 private:
  void begin() noexcept {
    heap_.busy.store(was_ + 1, std::memory_order_relaxed);
    // Whoever trims makes this a fence in every thread.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (heap_.is_frozen.load(std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  [[gnu::noinline]] void wait() noexcept;

  ThreadHeap& heap_;
  std::uint32_t was_;
};

/// Serves nothing and takes nothing, so that a thread without a heap of its own
/// needs no test.
extern constinit ThreadHeap no_heap;

/// This thread's thread heaps, or no_heap, by the place of their heaps. One of
/// a heap that ended is empty, and serves the next heap of the place.
struct OwnHeaps {
  ThreadHeap* at[most_places + 1];

  constexpr OwnHeaps() noexcept : at() {
    for (ThreadHeap*& heap : at)
      heap = &no_heap;
  }
};
extern constinit thread_local OwnHeaps own_heaps
    __attribute__((tls_model("initial-exec")));

/// This thread's part of a heap that is not compact, made or adopted when there
/// is none. Null: no memory.
[[nodiscard]] ThreadHeap* enter_first(Domain& domain) noexcept;
[[nodiscard]] inline ThreadHeap* enter(Domain& domain) noexcept {
  ThreadHeap* const own = own_heaps.at[domain.place];
  return own->domain == &domain ? own : enter_first(domain);
}

/// Abandons what this thread has of all heaps, or of one.
void leave() noexcept;
void leave(ThreadHeap*& own) noexcept;

/// For the scope of a call that may enter a heap: a thread whose end is over
/// leaves it again.
class Visit {
 public:
  Visit() = default;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    if (thread::is_over()) [[unlikely]]
      leave();
  }
};

/// Any thread heap by its id, which was given out.
[[nodiscard]] ThreadHeap& heap_of(HeapId id) noexcept;

// slabs.cpp
/// Puts free blocks of the class into its empty bin. False: no memory.
[[nodiscard]] bool refill(ThreadHeap& heap, unsigned size_class) noexcept;
/// Takes a block back into its slab, which is the heap's. False: nobody uses
/// the slab any more, and it may be gone.
bool put_back(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept;
/// Takes back a slab of the heap's that was used up, if nobody listed it.
[[nodiscard]] bool take_back(ThreadHeap& heap, Slab& slab) noexcept;
/// Gives all that the heap keeps back to its slabs, and those that nobody uses
/// back to the space; the others wait in `listed`.
void dissolve(ThreadHeap& heap) noexcept;
/// Gives back what is unused of the slabs that wait in the heap's `listed`.
void release_listed(ThreadHeap& heap) noexcept;
/// A refusal: gives back what nobody uses of the whole heap, as far as this
/// thread may, so that asking again may help.
void squeeze(Domain& domain) noexcept;
[[nodiscard]] Slab& slab_of(const void* p) noexcept;
/// That of the granules whose first has the note.
[[nodiscard]] inline Slab& slab_in(span::Note& note) noexcept {
  static_assert(sizeof(Slab) <= sizeof(span::Note));
  static_assert(sizeof(Run) == slab::kept_size);
  return *std::launder(reinterpret_cast<Slab*>(note.bytes));
}
/// A new slab, attached to the heap, in no list. Null: refused.
[[nodiscard]] Slab* new_slab(ThreadHeap& heap, unsigned size_class) noexcept;
/// Writes into the page map whose the slab is, and whether pages are bare.
void describe(const Slab& slab, HeapId id) noexcept;
void link(Slab*& first, Slab& slab) noexcept;
void unlink(ThreadHeap& heap, Slab& slab) noexcept;
/// Gives what a bin has beyond its first `kept` blocks back to the slabs.
void shorten_bin(ThreadHeap& heap, Bin& bin, unsigned kept) noexcept;
/// The owner of a slab that is in no list lets whoever needs it have it.
void give_up(ThreadHeap& heap, Slab& slab) noexcept;
/// Nobody uses it and it is in no list.
void release(Domain& domain, Slab& slab) noexcept;
/// Looks at each slot that a slab of the caller's has at hand: one that is in
/// use, or there twice, was given back twice and is a fault.
void require_sound(const Domain& domain, const Slab& slab) noexcept;

// spill.cpp
/// Makes room in a full bin: the blocks that came last go back to their slabs.
/// False: there is none that may.
[[nodiscard]] bool spill(ThreadHeap& heap, Bin& bin) noexcept;

// sweep.cpp
/// Whether the last sweep over the heap's slabs is not done, or long ago.
[[nodiscard]] bool is_trim_due(const ThreadHeap& heap,
                               std::uint32_t now) noexcept;
/// The owner, outside of its slabs: gives back what it did not use of late, if
/// that is due, until the clock says `until`. Goes on where it stopped.
void trim_own(ThreadHeap& heap, std::uint32_t now,
              std::uint64_t until) noexcept;
/// Whoever has frozen an idle thread's heap: the same, but for the bins.
void trim_frozen(ThreadHeap& heap, std::uint32_t now,
                 std::uint64_t until) noexcept;
/// Upkeep: gives back what is unused of the slabs that wait in `listed`, whole
/// ones and pages.
void trim_listed(Domain& domain) noexcept;

// idle.cpp
/// Gives back what the slabs of idle threads keep, of those that `domain` has;
/// whoever calls looks after all thread heaps.
void trim_idle(Domain& domain, std::uint32_t now) noexcept;
/// Once, before the first.
void prepare_trimming() noexcept;

// strips.cpp
/// All free slots of one strip, of a new one if need be. Null: no memory.
[[nodiscard]] slab::Returned take_strip(ThreadHeap& heap,
                                        unsigned size_class) noexcept;
/// A strip of the class with a free slot, a new one where `may_add`, or null.
[[nodiscard]] slab::Strip* find_strip(ThreadHeap& heap, unsigned size_class,
                                      bool may_add) noexcept
    TARN_REQUIRES(heap.lock);
/// Takes a mixed slab in. False: refused.
[[nodiscard]] bool add_mixed(ThreadHeap& heap) noexcept
    TARN_EXCLUDES(heap.lock);
/// Puts a block of the heap's own strips into its bin, as long as the class is
/// new. False: it should go home.
[[nodiscard]] bool keep_of_strip(ThreadHeap& heap, unsigned size_class,
                                 FreeSlot* slot) noexcept;
/// Any thread: takes a block back into the mixed slab that holds it.
void put_in_strip(FreeSlot* slot) noexcept;
/// Gives mixed slabs back that nobody uses.
void release_mixed(ThreadHeap& heap) noexcept;
/// The size of the slot of a mixed slab at `p` and where it begins; 0: none.
[[nodiscard]] std::size_t strip_slot(const void* p,
                                     const std::byte** begin) noexcept;

// compact.cpp
[[nodiscard]] void* allocate_compact(Domain& domain,
                                     unsigned size_class) noexcept;
/// A block of one of its slabs.
void deallocate_compact(Domain& domain, Slab& slab, FreeSlot* slot) noexcept;

// outbox.cpp
/// Sends a block home to a slab that is not the heap's.
void send(ThreadHeap& heap, Slab& slab, FreeSlot* slot) noexcept;
void send_all(ThreadHeap& heap) noexcept;
/// Child of a fork, of a thread that is not here: it may have been between two
/// steps. What is in its parcels is found again by what they hold.
void mend_outbox(ThreadHeap& heap) noexcept;
[[nodiscard]] unsigned blocks_in(const Parcel& parcel) noexcept;
/// The same at once, for one who has no heap.
void post(Slab& slab, const slab::Batch& batch) noexcept;

// duties.cpp
/// What is due after some 2048 blocks: sends blocks home, looks at the clock.
/// True: some time has passed, too.
bool run_duties(ThreadHeap& heap) noexcept;
/// Counts blocks that a bin was filled with as if they had come back one by
/// one, for who only allocates.
inline void count_filled(ThreadHeap& heap, unsigned blocks) noexcept {
  heap.until_duties -= static_cast<std::int32_t>(blocks);
}
/// Whether the thread has gone on for a while, so that it hardly rests now.
inline constexpr std::uint8_t steady_looks = 8;
[[nodiscard]] inline bool is_steady(const ThreadHeap& heap) noexcept {
  return heap.soon_looks == steady_looks;
}
[[nodiscard]] inline bool are_due(const ThreadHeap& heap) noexcept {
  return heap.until_duties < 0;
}

// heaps.cpp
/// The first of a heap's thread heaps; the others follow by `next_member`.
[[nodiscard]] ThreadHeap* members_of(Domain& domain) noexcept;
/// Counts the blocks in the bins of a thread that ended, which did not.
void look_at_bins_of_nobody(ThreadHeap& heap) noexcept;
/// How many ids were given out: 1 to this.
[[nodiscard]] HeapId heaps() noexcept;
/// What was counted in heaps that are no more.
[[nodiscard]] std::size_t refills_of_ended_heaps(unsigned size_class) noexcept;
[[nodiscard]] std::size_t slabs_of_ended_heaps() noexcept;

// large.cpp
[[nodiscard]] void* allocate_large(Domain& domain, std::size_t size,
                                   std::size_t align) noexcept;
void deallocate_large(Domain& domain, void* p) noexcept;
[[nodiscard]] std::size_t large_size(const Domain& domain,
                                     const void* p) noexcept;
[[nodiscard]] bool resize_large(Domain& domain, void* p,
                                std::size_t size) noexcept;
/// Makes a new block read as zero, without touching pages that do already.
void clear_large(const Domain& domain, void* p) noexcept;

// faults.cpp
[[noreturn]] void report_double_free(const Domain& domain,
                                     const void* p) noexcept;
[[noreturn]] void report_interior(const Domain& domain, const void* p,
                                  const void* block, std::size_t size) noexcept;
[[noreturn]] void report_foreign(const Domain& domain, const void* p,
                                 const char* why) noexcept;
[[noreturn]] void report_other(const Domain& domain, const void* p,
                               const Domain& other) noexcept;

}  // namespace tarn::heap
