// guards.hpp - pages that nobody can read or write.
//
// By marks of the kernel (MADV_GUARD_INSTALL, Linux 6.13), of which there can
// be a million, or by protection where there are no marks: each takes one or
// two of the process's mappings, so that ends at a quarter of what it may have.
//
// A system call that is given guarded memory does not fault: it fails with
// EFAULT.
//
// Cost     a system call of half a microsecond, and the page is lost.
// Threads  shared.
// Failure  false: the pages are as they were. So it is for locked ones (mlock,
//          mlockall), which the kernel does not mark, beyond the quota, and
//          where the kernel has no memory.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

/// Addresses and sizes are multiples of page_size(). What the pages held is
/// lost, and their memory is the system's. They stay guarded over a fork and
/// whatever is advised of them.
[[nodiscard]] bool guard(std::byte* memory, std::size_t size) noexcept;

/// They read as zero afterwards.
[[nodiscard]] bool unguard(std::byte* memory, std::size_t size) noexcept;

/// The same of a part of what is guarded: by protection it is the open part
/// that cuts a mapping, so it counts as a piece as long as it is open.
[[nodiscard]] bool open_part(std::byte* memory, std::size_t size) noexcept;
[[nodiscard]] bool close_part(std::byte* memory, std::size_t size) noexcept;

/// Whether the kernel has marks. Asked once.
[[nodiscard]] bool has_guard_marks() noexcept;

/// How many more pieces can be guarded by protection: those that lie apart,
/// since each cuts a mapping.
[[nodiscard]] long protections_left() noexcept;

/// Has all be as if the kernel had no marks, from now on, or as it is; and so
/// many pieces may be protected, below 0 as many as ever. For tests, while
/// nothing is guarded; a process begins so where the environment has
/// TARN_GUARD_MARKS=no.
void forgo_guard_marks(bool are_forgone, long protections) noexcept;

}  // namespace tarn::os
