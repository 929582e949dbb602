// process.hpp - what the kernel and the linker say about this process.
//
// Cost     a system call or a few.
// Threads  confined.
// Failure  0 or "" where there is no answer.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tarn::compare {

/// The file whose malloc this process calls.
[[nodiscard]] std::string malloc_file();

/// Bytes now resident. Allocates nothing.
[[nodiscard]] std::uint64_t resident() noexcept;

/// Bytes of the process's own, not of files, that are now resident.
[[nodiscard]] std::uint64_t resident_own();

/// The most that was resident since reset_peak(), or since the start where the
/// kernel does not let it be reset.
[[nodiscard]] std::uint64_t peak_resident();
void reset_peak() noexcept;

/// Cores that this process may use; the number of the machine's own is no help
/// in a container or under taskset.
[[nodiscard]] std::size_t cores() noexcept;

/// Page faults so far that needed no disk.
[[nodiscard]] std::uint64_t page_faults() noexcept;

/// Of the processor, so far: what others do with it meanwhile is not in it.
[[nodiscard]] double processor_nanoseconds() noexcept;

}  // namespace tarn::compare
