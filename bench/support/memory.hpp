// memory.hpp - what the kernel says of this process's memory.
//
// Threads  shared.
// Failure  zero where the kernel does not say.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>

namespace tarn::bench {

/// Bytes of this process that are in memory.
[[nodiscard]] inline std::size_t resident() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr)
    return 0;
  std::size_t all = 0;
  std::size_t pages = 0;
  const int read = std::fscanf(file, "%zu %zu", &all, &pages);
  std::fclose(file);
  return read == 2 ? pages * static_cast<std::size_t>(getpagesize()) : 0;
}

/// How often a page had to be found for this process, so far.
[[nodiscard]] inline std::size_t page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_minflt + usage.ru_majflt);
}

}  // namespace tarn::bench
