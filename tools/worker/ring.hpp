// ring.hpp - hands things from one thread to another, in their places.
//
// One thread fills a place and publishes it, the other one uses it and gives it
// back; nothing is copied and nothing is allocated.
//
// Cost     two atomic operations for each thing.
// Threads  shared by two: one fills, one takes.
// Failure  none: who has nothing to do waits, and yields after a while.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <thread>

namespace tarn::compare {

template <class Thing, std::size_t size>
class Ring {
 public:
  /// The next place to fill, once there is one.
  [[nodiscard]] Thing& next_free() noexcept {
    const std::size_t at = filled_.load(std::memory_order_relaxed);
    wait([&] { return at - taken_.load(std::memory_order_acquire) < size; });
    return places_[at % size];
  }
  void publish() noexcept {
    filled_.store(filled_.load(std::memory_order_relaxed) + 1,
                  std::memory_order_release);
  }

  /// The next place that was filled, once there is one.
  [[nodiscard]] Thing& next_filled() noexcept {
    const std::size_t at = taken_.load(std::memory_order_relaxed);
    wait([&] { return filled_.load(std::memory_order_acquire) != at; });
    return places_[at % size];
  }
  void give_back() noexcept {
    taken_.store(taken_.load(std::memory_order_relaxed) + 1,
                 std::memory_order_release);
  }

 private:
  // The other thread is usually running; if it is not, let it.
  template <class Ready>
  static void wait(Ready&& ready) noexcept {
    constexpr int patience = 2000;
    for (int turn = 0; !ready(); ++turn)
      if (turn > patience)
        std::this_thread::yield();
  }

  // Written by the thread that fills; pairs with next_filled().
  alignas(128) std::atomic<std::size_t> filled_{0};
  // Written by the thread that takes; pairs with next_free().
  alignas(128) std::atomic<std::size_t> taken_{0};
  alignas(128) std::array<Thing, size> places_;
};

}  // namespace tarn::compare
