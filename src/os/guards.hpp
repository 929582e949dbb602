// guards.hpp - pages that nobody can read or write.
//
// By marks of the kernel (MADV_GUARD_INSTALL, Linux 6.13), of which there can
// be a million, or by protection where there are no marks: each takes one or
// two of the process's mappings, so that ends at a quarter of what it may have.
//
// Cost     a system call of half a microsecond, and the page is lost.
// Threads  shared.
// Failure  false: the pages are as they were.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

/// Addresses and sizes are multiples of page_size(). What the pages held is
/// lost, and their memory is the system's.
[[nodiscard]] bool guard(std::byte* memory, std::size_t size) noexcept;

/// They read as zero afterwards.
[[nodiscard]] bool unguard(std::byte* memory, std::size_t size) noexcept;

/// Whether the kernel has marks. Asked once.
[[nodiscard]] bool has_guard_marks() noexcept;

}  // namespace tarn::os
