// fixed_checked_pool.hpp - what checked pools over any fixed pool have in
// common.
//
// Cost     linear in the block.
// Threads  as the Lock says.
// Failure  a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_checked.hpp"
#include "tarn/detail/fixed_lock.hpp"

#include <type_traits>
#include <utility>

namespace tarn {
inline namespace v1 {

struct CheckedOptions {
  CheckMode checks = CheckMode::of_process;
  /// Bytes that wait at most, with what is around them, but for the block that
  /// was given back last; 0: 1 KiB.
  std::size_t waiting = 0;
};

namespace detail {

/// Whether a pool's blocks lie in it, not in a buffer.
template <class Pool>
inline constexpr bool has_own_room = true;

/// What checked pools have in common. `Pool` has no lock of its own.
template <class Pool, class Lock, CheckedKind kind>
class CheckedPool {
 public:
  constexpr CheckedPool() noexcept = default;
  CheckedPool(const CheckedPool&) = delete;
  CheckedPool& operator=(const CheckedPool&) = delete;

  /// Takes a block back. nullptr is none. Requires: `p` came from this pool and
  /// was not given back since.
  void deallocate(void* p) noexcept {
    const Holding holding{lock_};
    if (!decide())
      return pool_.deallocate(p);
    if (p == nullptr)
      return;
    expect_in_use(p);
    blocks_.take_back(p, kind);
    while (blocks_.has_waiting_above(options_.waiting))
      give_oldest_back();
  }

  /// Whether `p` points into the pool, what is around blocks included.
  [[nodiscard]] bool owns(const void* p) const noexcept {
    const Holding holding{lock_};
    return pool_.owns(p);
  }

  /// Bytes that were asked for; 0: `p` is no block in use.
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept {
    const Holding holding{lock_};
    if (!is_checked())
      return pool_.size_of(p);
    return is_in_use(p) ? CheckedBlocks::head_of(p).size : 0;
  }

  /// True while every invariant holds and nobody wrote where nobody should.
  /// Linear in bytes.
  [[nodiscard]] bool check() const noexcept {
    const Holding holding{lock_};
    return pool_.check() && blocks_.check();
  }

  /// The same of `blocks` blocks, and next time of the next ones. For a safety
  /// loop's idle time.
  [[nodiscard]] bool check_step(std::size_t blocks) noexcept {
    const Holding holding{lock_};
    return pool_.check_step(blocks) && blocks_.check_step(blocks);
  }

  /// As check(), but a fault that says what was written, of which block: for
  /// blocks that are never given back, before a program ends.
  void look_at_all() const noexcept {
    const Holding holding{lock_};
    blocks_.look_at_all(kind);
  }

  /// Whether blocks are looked at, as the first call that gives or takes one
  /// decided.
  [[nodiscard]] bool is_checked() const noexcept {
    return state_ == State::checked;
  }

 protected:
  enum class State : std::uint8_t { undecided, passing, checked };

  [[nodiscard]] bool decide() noexcept {
    if (state_ == State::undecided) [[unlikely]]
      begin();
    return is_checked();
  }

  void begin() noexcept {
    state_ = blocks_.begin(options_.checks) ? State::checked : State::passing;
    if constexpr (has_thread_locals && has_own_room<Pool>)
      if (is_checked())
        watch_pool(this, sizeof *this, look_at_pool,
                   !std::is_same_v<Lock, NoLock>);
  }
  static void look_at_pool(const void* pool) noexcept {
    static_cast<const CheckedPool*>(pool)->look_at_all();
  }

  template <class... Args>
  explicit CheckedPool(CheckedOptions options, Args&&... args) noexcept
      : pool_(std::forward<Args>(args)...), options_(options) {}

  // Bytes around a block of that alignment.
  static constexpr std::size_t front_of(std::size_t align) noexcept {
    return align < checked_front ? checked_front : align;
  }

  [[nodiscard]] bool is_in_use(const void* p) const noexcept {
    const auto* const bytes = static_cast<const std::byte*>(p);
    return pool_.owns(p) && pool_.owns(bytes - checked_front) &&
           blocks_.is_in_use(p) &&
           pool_.size_of(bytes - CheckedBlocks::head_of(p).front) != 0;
  }
  void expect_in_use(const void* p) const noexcept {
    if (is_in_use(p)) [[likely]]
      return;
    if (!pool_.owns(p))
      refuse_outsider(p, kind);
    blocks_.refuse(p, kind);
  }

  void give_oldest_back() noexcept {
    pool_.deallocate(blocks_.oldest_leaves(kind));
  }
  void give_all_back() noexcept {
    while (blocks_.has_waiting())
      give_oldest_back();
  }

  Pool pool_;
  EndingBlocks<has_thread_locals> blocks_;
  CheckedOptions options_;
  State state_ = State::undecided;
  [[no_unique_address]] mutable Lock lock_;
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
