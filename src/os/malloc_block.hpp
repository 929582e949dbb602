// malloc_block.hpp - whether something has a block of the C library to itself.
//
// Cost     a few loads, and a system call where a page ends near by.
// Threads  shared.
// Failure  false: another malloc, another C library, or it cannot be told.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

/// Whether a block of the C library's malloc begins at `p`, which was asked for
/// with `size` bytes, as far as the words before it and behind it tell. `p` is
/// readable.
[[nodiscard]] bool is_block_of_malloc(const void* p, std::size_t size) noexcept;

}  // namespace tarn::os
