// heap.hpp - the memory of the tests on a board.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace board_test {

struct HeapMark {
  std::size_t used;
  std::size_t blocks;
};
[[nodiscard]] HeapMark heap_mark();
/// Forgets what was given back since, if all that was taken since was.
void begin_heap_anew(HeapMark mark);

}  // namespace board_test
