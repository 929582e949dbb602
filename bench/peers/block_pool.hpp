// block_pool.hpp - the pool algorithm that web servers of nginx's kind use.
//
// Blocks of one size from malloc, filled in turn; a block that failed to serve
// five asks is passed over from then on. What exceeds a page comes from malloc
// alone and is kept on a list, whose places are used again if one of the first
// few is empty. Written from the published description, as a peer only.
//
// Cost     allocate: linear in the blocks not yet passed over.
// Threads  confined.
// Failure  nullptr.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::bench {

class BlockPool {
 public:
  explicit BlockPool(std::size_t block_size) noexcept;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  void* allocate(std::size_t size) noexcept {
    return size <= small_ ? allocate_small(size) : allocate_large(size);
  }

  /// Frees the large ones and starts all blocks anew.
  void reset() noexcept;

 private:
  struct Block {
    std::byte* next_free;
    std::byte* end;
    Block* next;
    std::size_t failures;
  };
  struct Large {
    Large* next;
    void* memory;
  };

  void* allocate_small(std::size_t size) noexcept;
  void* allocate_from_new_block(std::size_t size) noexcept;
  void* allocate_large(std::size_t size) noexcept;
  Block* make_block() noexcept;
  void free_large() noexcept;

  std::size_t block_size_;
  std::size_t small_;  // the largest size that shares a block
  Block* first_;
  Block* current_;  // where the search begins
  Large* large_ = nullptr;
};

}  // namespace tarn::bench
