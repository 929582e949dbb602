// spin_lock.hpp - a lock for a few dozen instructions, without a futex.
//
//     const base::Locked locked{lock_};
//
// It needs no initialiser, no destructor and no system call while it is free,
// so it serves before main, after exit and on both sides of fork.
//
// Cost     one atomic exchange when free.
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/annotations.hpp"

#include <atomic>

namespace tarn::base {

/// Waits a little: for the processor at first, in later rounds by giving the
/// processor away. The room os defines it, since base knows no system, and the
/// embedded build.
void back_off(unsigned round) noexcept;

class TARN_CAPABILITY("mutex") SpinLock {
 public:
  constexpr SpinLock() = default;
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  void lock() noexcept TARN_ACQUIRE() {
    for (unsigned round = 0; !is_taken_by_us(); ++round)
      while (taken_.test(std::memory_order_relaxed))
        back_off(round++);
  }

  [[nodiscard]] bool try_lock() noexcept TARN_TRY_ACQUIRE(true) {
    return is_taken_by_us();
  }

  void unlock() noexcept TARN_RELEASE() {
    taken_.clear(std::memory_order_release);
  }

 private:
  bool is_taken_by_us() noexcept {
    return !taken_.test_and_set(std::memory_order_acquire);
  }

  // Written by whoever takes or frees the lock; the acquire of a taker pairs
  // with the release of the one before. A flag, since RV32 has no instruction
  // that exchanges one byte.
  std::atomic_flag taken_{};
};

/// Holds a lock for a scope.
class TARN_SCOPED_CAPABILITY Locked {
 public:
  explicit Locked(SpinLock& lock) noexcept TARN_ACQUIRE(lock) : lock_(lock) {
    lock_.lock();
  }
  ~Locked() TARN_RELEASE() { lock_.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace tarn::base
