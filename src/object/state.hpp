// state.hpp - what an ObjectPoolCore has in its room.
//
// Threads  shared: the lock guards all that changes.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/object_core.hpp"

#include "base/spin_lock.hpp"
#include "object/slabs.hpp"

#include <new>

namespace tarn::object {

struct State {
  State(detail::ObjectPoolCore& pool_, Upstream* upstream_,
        const detail::ObjectKind& kind, std::uint32_t id_) noexcept
      : pool(pool_),
        upstream(upstream_),
        destroy(kind.destroy),
        id(id_),
        slab_size(kind.slab),
        slabs(shape_of(kind.size, kind.align, kind.slab, kind.constructs)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] static State& of(detail::ObjectPoolCore& pool) noexcept {
    static_assert(sizeof(State) <= sizeof pool.state_);
    return *std::launder(reinterpret_cast<State*>(pool.state_));
  }
  [[nodiscard]] static const State& of(
      const detail::ObjectPoolCore& pool) noexcept {
    return *std::launder(reinterpret_cast<const State*>(pool.state_));
  }
  [[nodiscard]] static void* place_in(detail::ObjectPoolCore& pool) noexcept {
    return pool.state_;
  }

  /// Borrows a slab. False: refused.
  [[nodiscard]] bool grow() noexcept TARN_EXCLUDES(lock);

  /// Gives back unused slabs, at most `most`, those that were reserved not.
  /// Returns bytes.
  std::size_t shrink(std::size_t most) noexcept TARN_EXCLUDES(lock);

  /// The slab of what is given back, or a fault.
  [[nodiscard]] Slab& require_own(const void* slot,
                                  std::uint32_t& number) const noexcept
      TARN_REQUIRES(lock);

  void put(void* slot, bool is_made) noexcept TARN_EXCLUDES(lock);

  /// Destroys the objects of a slab that was taken out, and gives it back.
  std::size_t end(Slab& slab) noexcept;

  // Written when the pool begins.
  detail::ObjectPoolCore& pool;
  Upstream* const upstream;  // null: the system
  void (*const destroy)(void* object) noexcept;
  const std::uint32_t id;  // in the table of names
  const std::size_t slab_size;

  mutable base::SpinLock lock;
  Slabs slabs TARN_GUARDED_BY(lock);
  std::size_t least_slabs TARN_GUARDED_BY(lock) = 0;  // were reserved
  std::size_t made TARN_GUARDED_BY(lock) = 0;         // slabs, since the start
  std::size_t refusals TARN_GUARDED_BY(lock) = 0;

  // Gives unused slabs back by age (decay.cpp).
  std::uint32_t looked TARN_GUARDED_BY(lock) = 0;  // ms
  std::size_t due TARN_GUARDED_BY(lock) = 0;       // slabs, from when it looked
};

// faults.cpp
[[noreturn]] void report_free(const State& state, const void* p) noexcept;
[[noreturn]] void report_inside(const State& state, const void* p,
                                const void* object) noexcept;
[[noreturn]] void report_foreign(const State& state, const void* p,
                                 const Slab& slab) noexcept;
[[noreturn]] void report_in_use(const State& state,
                                std::size_t objects) noexcept;

}  // namespace tarn::object
