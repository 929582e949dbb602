// object_worker.hpp - a thread that acquires and releases objects in an order.
//
// random: one of 10 000 objects in use, drawn, is released and acquired anew.
// fifo: 1000 objects, released in the order in which they were acquired. lifo:
// the other way round. pair: released at once. One word of each is written.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/object_doors.hpp"
#include "support/sizes.hpp"

#include <memory>
#include <string>

namespace tarn::bench {

template <class Door>
[[nodiscard]] Block* acquire_written(Door& door) {
  Block* const block = door.acquire();
  block->words[0] = 1;
  // Else a compiler leaves out a malloc whose block is freed at once.
  asm volatile("" : : "r"(block) : "memory");
  return block;
}

template <class Door>
void release_told(Door& door, Block* block) {
  door.release(block);
  // Else it leaves out a list's push before the pop that undoes it.
  asm volatile("" : : : "memory");
}

template <class Door>
class Worker {
 public:
  Worker(const std::string& pattern, std::size_t pairs, std::size_t seed)
      : pattern_(pattern), pairs_(pairs) {
    Random random{20240229 + seed};
    for (std::size_t i = 0; i < drawn; ++i)
      places_.data()[i] = random.between(0, live - 1);
    if (pattern == "random")
      for (std::size_t i = 0; i < live; ++i)
        blocks_.data()[i] = acquire_written(*door_);
  }

  ~Worker() {
    if (pattern_ == "random")
      for (std::size_t i = 0; i < live; ++i)
        door_->release(blocks_.data()[i]);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void work() {
    if (pattern_ == "random")
      replace();
    else if (pattern_ == "fifo")
      batches(false);
    else if (pattern_ == "lifo")
      batches(true);
    else if (pattern_ == "pair")
      for (std::size_t i = 0; i < pairs_; ++i)
        release_told(*door_, acquire_written(*door_));
    else
      stop("no pattern '" + pattern_ + "'");
  }

 private:
  static constexpr std::size_t drawn = std::size_t{1} << 16;
  static constexpr std::size_t in_batch = 1000;
  static constexpr std::size_t live = 10'000;

  void replace() {
    Block** const blocks = blocks_.data();
    const std::uint32_t* const places = places_.data();
    for (std::size_t i = 0; i < pairs_; ++i) {
      Block*& block = blocks[places[i % drawn]];
      release_told(*door_, block);
      block = acquire_written(*door_);
    }
  }

  void batches(bool backwards) {
    Block** const blocks = blocks_.data();
    for (std::size_t done = 0; done < pairs_; done += in_batch) {
      for (std::size_t i = 0; i < in_batch; ++i)
        blocks[i] = acquire_written(*door_);
      if (backwards)
        for (std::size_t i = in_batch; i-- != 0;)
          door_->release(blocks[i]);
      else
        for (std::size_t i = 0; i < in_batch; ++i)
          door_->release(blocks[i]);
    }
  }

  std::unique_ptr<Door> door_ = std::make_unique<Door>();
  std::string pattern_;
  std::size_t pairs_;
  Mapped<std::uint32_t> places_{drawn};
  Mapped<Block*> blocks_{live};
};

}  // namespace tarn::bench
