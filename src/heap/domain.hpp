// domain.hpp - one heap: what its thread heaps have in common.
//
// Each thread that comes into a heap gets a thread heap of it, whose slabs are
// the heap's alone. So all that belongs to a heap, in whatever bins or parcels,
// is found through its thread heaps, and all that it borrowed through its runs.
//
// A compact heap has one thread heap for all threads; its lock says which of
// them it belongs to.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"

#include "base/annotations.hpp"
#include "base/spin_lock.hpp"
#include "port/check_mode.hpp"
#include "span/granule.hpp"

namespace tarn::heap {

struct ThreadHeap;

/// Heaps with bins for each thread: the default one and fifteen more.
inline constexpr unsigned most_places = 16;

/// Where no thread ever finds bins.
inline constexpr unsigned no_place = most_places;

/// Granules in a row that a heap borrowed: a part of their note. The default
/// heap, which never ends, keeps none of it.
struct Run {
  Run* newer;
  Run* older;
  std::byte* memory;
  std::uint32_t granules;
  std::uint32_t was;  // what the page map said when they were lent
};

struct Domain {
  Budget* budget = nullptr;  // null: straight from the space
  std::uint32_t id = 0;      // in the table of names
  unsigned place = 0;
  // Of a compact heap, for good; null: each thread has its own.
  ThreadHeap* shared = nullptr;
  bool is_default = true;
  CheckMode check = CheckMode::of_process;  // as its options say
  // What the room check keeps of it, from its first checked block on. The
  // release of the check's pairs with its acquire.
  std::atomic<void*> checked{nullptr};

  // All guarded by the lock of all heaps (heaps.cpp).
  ThreadHeap* members = nullptr;
  ThreadHeap* abandoned = nullptr;
  Domain* next = nullptr;

  // A leaf: nothing is locked under it.
  base::SpinLock runs_lock{};
  Run* runs TARN_GUARDED_BY(runs_lock) = nullptr;

  /// That of a heap object.
  [[nodiscard]] static Domain& of(const Heap& heap) noexcept {
    return *heap.domain_;
  }
};

extern constinit Domain default_domain;

/// That of a heap for which there was no memory: it serves nothing.
extern constinit Domain no_domain;

/// Whether its blocks are to come from the check now.
[[nodiscard]] inline bool is_checked(const Domain& domain) noexcept {
  return port::is_full(port::mode_of(domain.check));
}

// runs.cpp
/// `granules` at a multiple of `align`, entered into the page map with `owner`.
/// `*got`, if given, says how many came. Null: refused. Takes locks of the room
/// below, so none of a thread heap may be held.
[[nodiscard]] std::byte* claim_run(Domain& domain, std::size_t granules,
                                   std::size_t align, span::Use use,
                                   unsigned extra, unsigned owner,
                                   std::size_t* got = nullptr) noexcept;
void release_run(Domain& domain, std::byte* memory,
                 std::size_t granules) noexcept;
/// As Space::resize, for what claim_run gave. Of a budget's never.
[[nodiscard]] bool resize_run(Domain& domain, std::byte* memory,
                              std::size_t granules, std::size_t wanted,
                              span::Use use, unsigned extra) noexcept;
/// Gives all of a heap's runs back, whatever is in them.
void release_all_runs(Domain& domain) noexcept;

// heaps.cpp
/// Makes a heap known and finds a place for it; one for which there is none
/// becomes compact. False: no memory for what a compact one needs.
[[nodiscard]] bool begin(Domain& domain, bool is_compact) noexcept;
/// Takes all that its thread heaps have from them, and forgets it.
void end(Domain& domain) noexcept;

}  // namespace tarn::heap
