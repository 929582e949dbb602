// witness.hpp - an object that writes its number into a list when it dies.
//
//     std::vector<int> order;
//     region.make<Witness>(order, 1);
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <utility>
#include <vector>

namespace tarn::test {

class Witness {
 public:
  Witness(std::vector<int>& order, int number) noexcept
      : order_(&order), number_(number) {}
  Witness(Witness&& other) noexcept
      : order_(std::exchange(other.order_, nullptr)), number_(other.number_) {}
  Witness& operator=(Witness&&) = delete;
  ~Witness() {
    if (order_ != nullptr)
      order_->push_back(number_);
  }

  [[nodiscard]] bool is_owner() const { return order_ != nullptr; }

 private:
  std::vector<int>* order_;  // null: moved from
  int number_;
};

/// For on_reset(): adds one to an int.
inline void count_up(void* counter) noexcept {
  ++*static_cast<int*>(counter);
}

/// Bytes left in the chunk that is being filled: how far a block can grow.
inline std::size_t room_left(Region& region) {
  void* const next = region.allocate(0, 1);
  std::size_t room = 0;
  for (std::size_t step = 2 * GiB; step != 0; step /= 2)
    if (region.resize_in_place(next, room, room + step))
      room += step;
  (void)region.resize_in_place(next, room, 0);
  return room;
}

/// Uses up the chunk that is being filled but for `left` bytes.
inline void fill_chunk(Region& region, std::size_t left = 0) {
  void* const next = region.allocate(0, 1);
  (void)region.resize_in_place(next, 0, room_left(region) - left);
}

}  // namespace tarn::test
