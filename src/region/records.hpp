// records.hpp - what a Region writes into the memory that it borrows.
//
// A chunk begins with its header; a large block has one just before it; marks
// are blocks of the region itself. Nothing here outlives the chunk it lies in.
//
// Threads  confined, as the region.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <new>

namespace tarn {
inline namespace v1 {
namespace detail {

// Where the pmr door makes its RegionResource: a table of virtual functions,
// zero until it is made, and the region that it serves.
struct ResourcePlace {
  void* table;
  Region* region;
};

// Begins as a port::LentChunk.
struct alignas(max_align) RegionChunk {
  RegionChunk* older;
  std::size_t size;         // bytes lent, this header included
  std::byte* filled_until;  // where its blocks end; stale while it is current
  ResourcePlace resource;

  std::byte* memory() noexcept { return reinterpret_cast<std::byte*>(this); }
  std::byte* begin() noexcept { return memory() + sizeof(RegionChunk); }
  std::byte* end() noexcept { return memory() + size; }
  const std::byte* begin() const noexcept {
    return reinterpret_cast<const std::byte*>(this + 1);
  }
  const std::byte* end() const noexcept {
    return reinterpret_cast<const std::byte*>(this) + size;
  }
};

struct alignas(max_align) LargeBlock {
  LargeBlock* newer;
  LargeBlock* older;
  Loan loan;
  std::uintptr_t owner;  // the region's address xor the block's: tells apart
  std::uint64_t serial;  // the region's mark_serial_ when it was made

  std::byte* block() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  std::byte* end() noexcept { return loan.memory + loan.size; }
  void belong_to(const Region& region) noexcept {
    owner = address_of(&region) ^ address_of(block());
  }
  bool belongs_to(const Region& region) noexcept {
    return owner == (address_of(&region) ^ address_of(block()));
  }
};

// The state to go back to. Serials fall along `older`.
struct MarkRecord {
  MarkRecord* older;
  std::uint64_t serial;
  RegionChunk* chunks;
  RegionChunk* current;
  std::byte* next;
  CleanupRecord* cleanups;
};

// Blocks that their users gave up, by size; the table lies in one of them.
struct RecycledBlocks {
  struct Block {
    Block* next;
  };

  // From 128 bytes, below which finding a block again costs more than it
  // saves, to what is large by default. List i holds blocks of at least
  // 128 << i and less than 256 << i bytes.
  static constexpr std::size_t smallest = 128;
  static constexpr std::size_t lists = 9;

  Block* heads[lists];
};
static_assert(sizeof(RecycledBlocks) <= RecycledBlocks::smallest);

inline void wipe(std::byte* from, std::byte* to) noexcept {
  __builtin_memset(from, 0, bytes_between(from, to));
  // Without it the compiler may drop a store that nobody reads.
  asm volatile("" : : "r"(from) : "memory");
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
