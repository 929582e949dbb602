// each_fit.hpp - a case for each fit of a fixed heap, and buffers to stand
// heaps on.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/fixed_heap.hpp"

#include <cstddef>
#include <doctest/doctest.h>
#include <span>

#define FOR_EACH_FIT(name)                                             \
  TEST_CASE_TEMPLATE(name, Fit, tarn::aligned_first_fit, tarn::buddy,  \
                     tarn::half_fit, tarn::two_level, tarn::first_fit, \
                     tarn::next_fit, tarn::best_fit)

#define FOR_EACH_FIT_WITH_HEADS(name)                            \
  TEST_CASE_TEMPLATE(name, Fit, tarn::half_fit, tarn::two_level, \
                     tarn::first_fit, tarn::next_fit, tarn::best_fit)

namespace tarn::test {

alignas(4096) inline std::byte buffer[160 * KiB];
alignas(4096) inline std::byte other_buffer[16 * KiB];

inline std::span<std::byte> room(std::size_t bytes) {
  return std::span{buffer}.first(bytes);
}

}  // namespace tarn::test
