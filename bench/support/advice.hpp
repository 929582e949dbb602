// advice.hpp - huge pages for all of the address space around a block.
//
// Threads  confined: nobody else maps meanwhile.
// Failure  the program ends with a sentence.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/arguments.hpp"

#include <cstdint>
#include <cstdio>
#include <sys/mman.h>

namespace tarn::bench {

/// Advises the neighbouring mappings that `block` is in for huge pages, those
/// that cannot be used yet as well.
inline void advise_huge_pages(const void* block) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  std::FILE* const file = std::fopen("/proc/self/maps", "re");
  if (file == nullptr)
    stop("/proc/self/maps is not there");
  char line[1024];
  std::uintptr_t first = 0;
  std::uintptr_t last = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line, "%lx-%lx", &from, &to) != 2)
      continue;
    if (from != last) {
      if (first <= address && address < last)
        break;
      first = from;
    }
    last = to;
  }
  std::fclose(file);
  if (madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE) != 0)
    stop("the system takes no advice on huge pages");
}

}  // namespace tarn::bench
