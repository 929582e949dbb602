// modules.hpp - the files of which this process is made: its program, its
// libraries, the kernel's own.
//
// Told by the C library without a lock (_dl_find_object, glibc 2.35), elsewhere
// by /proc/self/maps: never by dl_iterate_phdr, which waits for whoever loads a
// library and lets nobody else in.
//
// Cost     some ten nanoseconds; with /proc a system call for each kilobyte of
//          it the first time.
// Threads  shared, async-signal-safe: nothing is allocated or waited for.
// Failure  false.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::os {

struct Module {
  std::uintptr_t begin;  ///< where it lies, [begin, end)
  std::uintptr_t end;
  std::uintptr_t bias;  ///< an address less this is one of the file
  const char* name;     ///< as the loader knows it; null: it does not say

  const std::byte* unwind_index = nullptr;  ///< its .eh_frame_hdr, if any
  const std::byte* build_id = nullptr;      ///< told apart by, if any
  std::size_t build_id_size = 0;
};

/// The one that `address` is of. What it points at stays while the file is
/// loaded.
[[nodiscard]] bool find_module(std::uintptr_t address, Module& module) noexcept;

/// The same for a global, at the cost of asking the kernel.
[[nodiscard]] bool find_module_of_data(std::uintptr_t address,
                                       Module& module) noexcept;

/// Its path with a zero behind it; "" where nobody knows. A path that is longer
/// than the room is told from its end.
void read_path(const Module& module, char* path, std::size_t room) noexcept;

}  // namespace tarn::os
