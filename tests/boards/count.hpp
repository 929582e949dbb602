// count.hpp - how many instructions calls take, on a board that counts them.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "boards/board.hpp"

#include <cstddef>
#include <cstdint>

namespace board_test {

// Every call is counted by one of two functions, so that what counting itself
// takes is always the same; a call of what only returns tells how much.
using Take = void* (*)(std::size_t);
using Give = void (*)(void*);

[[gnu::noipa]] inline std::uint32_t count_raw(Take take, std::size_t size,
                                              void** taken) {
  const std::uint32_t from = board::moment();
  *taken = take(size);
  const std::uint32_t to = board::moment();
  return board::instructions(from, to);
}
[[gnu::noipa]] inline std::uint32_t count_raw(Give give, void* taken) {
  const std::uint32_t from = board::moment();
  give(taken);
  const std::uint32_t to = board::moment();
  return board::instructions(from, to);
}

[[gnu::naked]] inline void* only_return(std::size_t) {
  asm volatile("bx lr");
}
[[gnu::naked]] inline void only_return_too(void*) {
  asm volatile("bx lr");
}

/// From the first instruction of the function to its return, which counts.
inline std::uint32_t count(Take take, std::size_t size, void** taken) {
  void* nothing;
  static const std::uint32_t beside = count_raw(only_return, 0, &nothing) - 1;
  return count_raw(take, size, taken) - beside;
}
inline std::uint32_t count(Give give, void* taken) {
  static const std::uint32_t beside = count_raw(only_return_too, nullptr) - 1;
  return count_raw(give, taken) - beside;
}

/// The most and the mean of some calls.
struct Counted {
  std::uint32_t most = 0;
  std::uint32_t calls = 0;
  std::uint32_t sum = 0;

  void add(std::uint32_t count) {
    most = count > most ? count : most;
    ++calls;
    sum += count;
  }
};

inline void tell(const Counted& counted) {
  const std::uint32_t calls = counted.calls == 0 ? 1 : counted.calls;
  board::write(" ", counted.most, " ", (counted.sum + calls / 2) / calls);
}

/// Numerical Recipes' generator; its lower bits are weak.
class Random {
 public:
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 1664525u + 1013904223u;
    return (state_ >> 8) % limit;
  }

 private:
  std::uint32_t state_ = 1;
};

}  // namespace board_test
