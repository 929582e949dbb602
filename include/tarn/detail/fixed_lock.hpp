// fixed_lock.hpp - what keeps two contexts out of a fixed pool at once.
//
// A lock is any type with lock() and unlock(), held for one call: an RTOS
// mutex, or the mask of interrupts. The pool has one of its own, as a member.
//
// Cost     NoLock: none.
// Threads  as the lock says.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn {
inline namespace v1 {

/// The lock of a pool that one context uses at a time.
struct NoLock {
  void lock() noexcept {}
  void unlock() noexcept {}
};

namespace detail {

/// Holds a lock for a scope.
template <class Lock>
class Holding {
 public:
  explicit Holding(Lock& lock) noexcept : lock_(lock) { lock_.lock(); }
  ~Holding() { lock_.unlock(); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  Lock& lock_;
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
