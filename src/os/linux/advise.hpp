// advise.hpp - what the kernel is told of pages: madvise, by its number.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <sys/syscall.h>
#include <unistd.h>

namespace tarn::os {

inline bool advise(std::byte* memory, std::size_t size, int advice) noexcept {
  return syscall(SYS_madvise, memory, size, advice) == 0;
}

}  // namespace tarn::os
