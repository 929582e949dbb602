// published.hpp - a word that one thread writes and any thread may look at.
//
//     Published<std::uint16_t> free_count;
//     ++free_count;                      // the owner
//     sum += slab.free_count;            // statistics, at any time
//
// For the owner it is an ordinary variable: the loads and stores are relaxed
// and never a read-modify-write, so two writers would lose counts. Who looks
// learns some value that it had; nothing else is ordered by it.
//
// Cost     that of an ordinary variable.
// Threads  written by one thread at a time, read by any.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace tarn::base {

template <class T>
class Published {
 public:
  constexpr Published(T value = T{}) noexcept : value_(value) {}
  constexpr Published(const Published& other) noexcept
      : value_(other.value_.load(std::memory_order_relaxed)) {}
  Published& operator=(const Published& other) noexcept {
    return *this = static_cast<T>(other);
  }
  Published& operator=(T value) noexcept {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  operator T() const noexcept { return value_.load(std::memory_order_relaxed); }
  Published& operator++() noexcept {
    return *this = static_cast<T>(static_cast<T>(*this) + 1);
  }
  Published& operator|=(T bits) noexcept {
    return *this = static_cast<T>(static_cast<T>(*this) | bits);
  }
  Published& operator&=(T bits) noexcept {
    return *this = static_cast<T>(static_cast<T>(*this) & bits);
  }
  Published& operator--() noexcept {
    return *this = static_cast<T>(static_cast<T>(*this) - 1);
  }

 private:
  std::atomic<T> value_;
};

}  // namespace tarn::base
