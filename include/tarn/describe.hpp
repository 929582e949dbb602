// describe.hpp - what is at this address.
//
// The page map knows of every address what tarn uses it for, so the answer
// needs no lock, no search and no co-operation: from a debugger, from a handler
// of SIGSEGV, for a pointer that was never tarn's.
//
//     char line[160];
//     tarn::describe(p, line, sizeof line);
//     // 0x7f...: 72 bytes into a chunk of 8192 bytes of region 'job'
//
// Cost     a few loads; within a large block one for each 15 granules.
// Threads  shared, async-signal-safe. What others change meanwhile may be told
//          as it was or as it is.
// Failure  none: an address that is not tarn's is told as such.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

namespace tarn {
inline namespace v1 {

enum class AddressKind : std::uint8_t {
  foreign,  ///< not tarn's
  unused,   ///< reserved by tarn, lent to nobody
  free,     ///< a chunk that waits in a cache or the store for its next use
  chunk,    ///< a chunk that a pool borrowed
  large,    ///< a run of granules that a pool borrowed
  block,    ///< a block of the heap, in use or free
  metadata  ///< tarn's own arrays
};

struct Description {
  AddressKind kind = AddressKind::foreign;
  PoolKind pool = PoolKind::none;    ///< none: not known
  std::uint32_t id = 0;              ///< of the pool; 0: without a name
  const char* name = "";             ///< of the pool; "" without a name
  const std::byte* start = nullptr;  ///< of the chunk
  std::size_t size = 0;              ///< of the chunk
  std::size_t offset = 0;            ///< of the address in it
};

[[nodiscard]] Description describe(const void* p) noexcept;

/// Writes the description as a sentence, with a zero at its end, cut off where
/// the buffer ends. Returns its length without the zero.
std::size_t describe(const void* p, char* buffer, std::size_t size) noexcept;

}  // namespace v1
}  // namespace tarn
