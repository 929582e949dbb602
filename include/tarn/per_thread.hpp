// per_thread.hpp - a pool for each thread, and a region for this call.
//
// Only its own thread touches a pool of a set, so none needs a lock or shares a
// line of memory. What all threads made can be looked at, reset or taken over
// at a barrier.
//
//     tarn::PerThread<tarn::Region> frames;
//     ... on each thread:   auto* node = frames->make<Node>();
//     ... at a barrier:     if (!frames.merge_into(tree)) return out_of_memory;
//
//     std::string_view name(tarn::Region& out) {
//       tarn::Scratch work{tarn::other_than(out)};  // ends with the call
//       return out.copy(format_slowly(*work));
//     }
//
// Cost     local: nine instructions, no lock; a thread's first call takes one
//          and makes the pool, on lines of its own.
// Threads  shared; the pool that local() gives is this thread's. for_each() and
//          what is built on it want that nobody is in a pool meanwhile.
// Failure  nullptr from a thread's first local(). Misuse is a fault.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/pool_set.hpp"
#include "tarn/region.hpp"

#include <new>
#include <type_traits>

namespace tarn {
inline namespace v1 {

/// Pool: any type that one thread uses at a time, such as Region.
template <class Pool>
class PerThread {
 public:
  /// Each thread's pool is `Pool{}`.
  explicit PerThread(const PerThreadOptions& options = {}) noexcept requires
      std::is_default_constructible_v<Pool>
      : set_(kind_of<Default>, options, nullptr, 0) {}

  /// Each thread's pool is what `make()` gives on that thread, by value, which
  /// may be a type that cannot be moved: `[&] { return Region{budget}; }`. The
  /// callable is copied as bytes: at most four pointers of references.
  template <class Make>
  requires std::is_same_v<std::invoke_result_t<const Make&>, Pool>
  explicit PerThread(const Make& make,
                     const PerThreadOptions& options = {}) noexcept
      : set_(kind_of<Make>, options, &make, sizeof(Make)) {
    static_assert(std::is_trivially_copyable_v<Make> &&
                      sizeof(Make) <= detail::PoolSet::how_size &&
                      alignof(Make) <= alignof(void*),
                  "capture references or a pointer, four at most");
  }

  /// Ends all pools, those of living threads included: these need not end or
  /// do anything, but may not be in one now, nor come again.
  ~PerThread() = default;
  PerThread(const PerThread&) = delete;
  PerThread& operator=(const PerThread&) = delete;

  /// This thread's pool, made or adopted by its first call. nullptr: there is
  /// no memory for one, and another call may find some.
  [[nodiscard]] Pool* local() noexcept {
    return static_cast<Pool*>(set_.local());
  }
  /// The same for who cannot go on without: says so and aborts.
  [[nodiscard]] Pool& operator*() noexcept {
    return *static_cast<Pool*>(set_.demand());
  }
  [[nodiscard]] Pool* operator->() noexcept {
    return static_cast<Pool*>(set_.demand());
  }

  /// Calls `look(pool)` for each pool, those of ended threads included. Pools
  /// are confined: other threads must be out of theirs, at a barrier or joined.
  /// One that a thread makes meanwhile may be seen or not. May not throw.
  template <class Look>
  void for_each(Look&& look) noexcept {
    using Function = std::remove_reference_t<Look>;
    set_.for_each(
        [](void* pool, void* context) noexcept {
          (*static_cast<Function*>(context))(*static_cast<Pool*>(pool));
        },
        const_cast<void*>(static_cast<const void*>(&look)));
  }

  /// Resets each pool, at a barrier.
  void reset_all() noexcept {
    for_each([](Pool& pool) { pool.reset(); });
  }

  /// Has `parent` take over what each pool holds, at a barrier: what threads
  /// built side by side then dies together. The pools are empty after it, and
  /// go on. False: `parent` refused one, such as one of another upstream; it
  /// and those after it are as they were.
  template <class Parent>
  [[nodiscard]] bool merge_into(Parent& parent) noexcept {
    bool is_whole = true;
    for_each([&](Pool& pool) { is_whole = is_whole && parent.merge(pool); });
    return is_whole;
  }

  /// Linear in pools. Shared.
  [[nodiscard]] PerThreadStats stats() const noexcept { return set_.stats(); }

 private:
  struct Default {
    Pool operator()() const { return Pool{}; }
  };
  template <class Make>
  static constexpr detail::LocalKind kind_of = {
      sizeof(Pool), alignof(Pool),
      [](void* place, const void* how) noexcept {
        ::new (place) Pool((*static_cast<const Make*>(how))());
      },
      [](void* pool) noexcept { static_cast<Pool*>(pool)->~Pool(); }};

  detail::PoolSet set_;
};

namespace detail {
struct ScratchRegions;
}

/// What other_than() gives; only for Scratch's constructor.
struct OtherThan {
  const Region* region;
};

/// Says which region a scratch must not be: Scratch work{other_than(out)}.
[[nodiscard]] inline OtherThan other_than(const Region& out) noexcept {
  return OtherThan{&out};
}

/// This thread's scratch region for a scope: what was made in it since ends
/// with the scope. Scratches nest; one that ends before a younger one of its
/// region, or on another thread, is a fault, so none may be alive across a
/// co_await or a switch of fibers. There are two regions, for functions that
/// return in one and work in the other.
///
/// Cost     two calls, a hundred instructions; an inner one takes a mark, which
///          is two hundred more and a record in the region.
/// Failure  what the region gives; a scratch that had no memory for its record
///          ends what it made with the scratch around it.
class Scratch {
 public:
  /// The first of the two.
  Scratch() noexcept : Scratch(OtherThan{nullptr}) {}
  /// The one of the two that is not `out`.
  explicit Scratch(OtherThan out) noexcept;
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] Region& operator*() const noexcept { return *region_; }
  [[nodiscard]] Region* operator->() const noexcept { return region_; }

  /// Sees to it that this thread has its two regions; without a call the first
  /// Scratch does, and aborts when there is no memory for them. False: ran out.
  [[nodiscard]] static bool prepare() noexcept;

 private:
  detail::ScratchRegions* regions_;
  Region* region_;
  Mark before_;
  unsigned depth_;
};

}  // namespace v1
}  // namespace tarn
