// maps.hpp - what lies where in this process, as the kernel tells it.
//
// Cost     a system call for each kilobyte of /proc/self/maps up to the place.
// Threads  shared, async-signal-safe.
// Failure  false: nothing is there, or there is no /proc.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::os {

struct Mapping {
  static constexpr std::size_t longest_path = 512;

  std::uintptr_t begin = 0;  ///< of the piece around the place, [begin, end)
  std::uintptr_t end = 0;
  std::uintptr_t file_begin = 0;  ///< of the first piece of the same file
  /// Its first bytes; "" for no file. What has none and lies right behind a
  /// piece of a file counts as that file's, whose zeros it may be.
  char path[longest_path] = {};
};

[[nodiscard]] bool find_mapping(std::uintptr_t place,
                                Mapping& mapping) noexcept;

}  // namespace tarn::os
