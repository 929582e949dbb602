// describe.hpp - what is at this address.
//
// The page map knows of every address what tarn uses it for, so the answer
// needs no lock, no search and no co-operation: from a debugger, from a handler
// of SIGSEGV, for a pointer that was never tarn's.
//
//     char line[160];
//     tarn::describe(p, line, sizeof line);
//     // 0x7f...: 72 bytes into a chunk of 8192 bytes of region 'job'
//     // 0x7f...: 48 bytes into a 64-byte block of the heap, free, of thread 3;
//     // slot 12 of a slab made 40 s ago
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
  block,    ///< a block of the heap, or an object of a pool, in use or free
  metadata  ///< tarn's own arrays
};

/// What a block of the heap is, as far as can be seen from outside.
enum class BlockState : std::uint8_t {
  unknown,  ///< not a block
  in_use,   ///< somebody has it
  free,     ///< given back: in a slab, a bin, or on its way home
  fresh     ///< never given out
};

/// The thread of what no living thread has, or all have together.
inline constexpr std::uint32_t no_thread = ~std::uint32_t{0};

/// The slot of what is in no slab of equal ones.
inline constexpr std::uint32_t no_slot = ~std::uint32_t{0};

struct Description {
  AddressKind kind = AddressKind::foreign;
  PoolKind pool = PoolKind::none;    ///< none: not known
  std::uint32_t id = 0;              ///< of the pool; 0: without a name
  const char* name = "";             ///< of the pool; "" without a name
  const std::byte* start = nullptr;  ///< of the chunk or block
  std::size_t size = 0;              ///< of the chunk or block
  std::size_t offset = 0;            ///< of the address in it

  // Of a block of the heap that is not large; of an object only its slot, and
  // that it is free, where it waits in its slab and not in a magazine.
  BlockState state = BlockState::unknown;
  std::uint32_t thread = no_thread;  ///< whose part it is of: a number from 0
  std::uint32_t slot = no_slot;      ///< its place in a slab, from 0
  std::uint32_t age = 0;             ///< of that slab, in seconds
};

[[nodiscard]] Description describe(const void* p) noexcept;

/// Writes the description as a sentence, with a zero at its end, cut off where
/// the buffer ends. Returns its length without the zero.
std::size_t describe(const void* p, char* buffer, std::size_t size) noexcept;

}  // namespace v1
}  // namespace tarn
