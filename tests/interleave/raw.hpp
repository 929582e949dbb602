// raw.hpp - words of memory by their size in bytes, as they stand there, and
// operations on them where there is one thread.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"

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

inline std::uint64_t perform_alone(const Operation& operation, bool* is_done) {
  const std::uint64_t seen = read_raw(operation.at, operation.size);
  std::uint64_t next = operation.value;
  if (operation.kind == Operation::Kind::load)
    return seen;
  if (operation.kind == Operation::Kind::add)
    next += seen;
  if (operation.kind == Operation::Kind::compare_exchange) {
    *is_done = seen == operation.expected;
    if (!*is_done)
      return seen;
  }
  write_raw(operation.at, operation.size, next);
  return seen;
}

}  // namespace tarn::interleave
