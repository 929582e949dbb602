// foreign.hpp - pointers that tarn never gave.
//
// Some are the C library's: given out before this library was there, or to a
// library that was opened with RTLD_DEEPBIND and so calls the C library's own
// malloc. They go to the C library's functions, and are counted. One that
// nobody gave is a fault.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::malloc_door {

/// Whether `p` is none of tarn's.
[[nodiscard]] bool is_foreign(const void* p) noexcept;

void free_foreign(void* p) noexcept;
[[nodiscard]] void* reallocate_foreign(void* p, std::size_t size) noexcept;
[[nodiscard]] std::size_t size_of_foreign(void* p) noexcept;

/// How many calls went to the C library since the start.
[[nodiscard]] std::size_t foreign_calls() noexcept;

}  // namespace tarn::malloc_door
