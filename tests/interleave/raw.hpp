// raw.hpp - words of memory by their size in bytes, as they stand there.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::interleave {

inline std::uint64_t read_raw(const void* at, unsigned size) {
  switch (size) {
    case 1:
      return __atomic_load_n(static_cast<const std::uint8_t*>(at), 0);
    case 2:
      return __atomic_load_n(static_cast<const std::uint16_t*>(at), 0);
    case 4:
      return __atomic_load_n(static_cast<const std::uint32_t*>(at), 0);
    default:
      return __atomic_load_n(static_cast<const std::uint64_t*>(at), 0);
  }
}

inline void write_raw(void* at, unsigned size, std::uint64_t value) {
  switch (size) {
    case 1:
      return __atomic_store_n(static_cast<std::uint8_t*>(at),
                              static_cast<std::uint8_t>(value), 0);
    case 2:
      return __atomic_store_n(static_cast<std::uint16_t*>(at),
                              static_cast<std::uint16_t>(value), 0);
    case 4:
      return __atomic_store_n(static_cast<std::uint32_t*>(at),
                              static_cast<std::uint32_t>(value), 0);
    default:
      return __atomic_store_n(static_cast<std::uint64_t*>(at), value, 0);
  }
}

}  // namespace tarn::interleave
