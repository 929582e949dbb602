// record.hpp - what is kept of a block of a checked pool.
//
// Records lie apart from the blocks, where no overflow reaches them.
//
// Threads  as whatever holds them says.
// SPDX-License-Identifier: MIT
#pragma once

#include "port/heap_hooks.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace tarn::check {

/// A call stack in the table of stacks; 0: none, or the table is full.
using StackId = std::uint32_t;

enum class BlockUse : std::uint8_t {
  fresh,        ///< never given out
  live,         ///< somebody has it
  quarantined,  ///< given back, and kept from its next use for a while
  free          ///< may be given out again
};

using Family = port::BlockFamily;

struct Record {
  std::uint64_t size : 40;   ///< as it was asked for, in bytes
  std::uint64_t use : 4;     ///< a BlockUse
  std::uint64_t family : 4;  ///< a Family
  std::uint64_t align_log2 : 8;
  std::uint64_t spare : 8;
  StackId allocated_by;
  StackId freed_by;
  std::uint16_t allocated_on;  ///< number of the thread
  std::uint16_t freed_on;
  std::uint32_t allocated_at;  ///< port::clock_ms()
  std::uint32_t freed_at;
  std::uint32_t pool;  ///< a PoolNumber of pools.hpp
};
static_assert(sizeof(Record) <= 40);

[[nodiscard]] inline bool is_live(const Record& record) noexcept {
  return static_cast<BlockUse>(record.use) == BlockUse::live;
}

/// The first fields, the others zero, in one store: field by field the
/// processor waits for one before it reads the next. As both compilers lay
/// them out, lowest bits first.
inline void begin_record(Record& record, std::size_t size, BlockUse use,
                         Family family, unsigned align_log2) noexcept {
  static_assert(std::endian::native == std::endian::little);
  constexpr unsigned size_bits = 40;
  const std::uint64_t head =
      (size & ((std::uint64_t{1} << size_bits) - 1)) |
      static_cast<std::uint64_t>(use) << size_bits |
      static_cast<std::uint64_t>(family) << (size_bits + 4) |
      std::uint64_t{align_log2 & 0xFF} << (size_bits + 8);
  __builtin_memcpy(&record, &head, sizeof head);
}

}  // namespace tarn::check
