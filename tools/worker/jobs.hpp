// jobs.hpp - some blocks that die together, over each memory that is compared.
//
// A job asks for blocks, lets some of them grow, and ends; over malloc and over
// a Heap its end frees block after block, over a pool it is the pool's end.
// Nothing is kept about blocks outside of them: those that are freed one by one
// are chained through their first words, as a program's own objects are.
//
// Cost     that of the memory.
// Threads  a job is confined, to one thread at a time.
// Failure  nullptr: no memory; the job stands as it was.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include "worker/apr_pool.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <memory_resource>
#include <new>

namespace tarn::compare {

[[nodiscard]] constexpr std::size_t rounded(std::size_t size,
                                            std::size_t step) noexcept {
  return (size + step - 1) / step * step;
}

/// Blocks must have room for the chain.
inline constexpr std::size_t least_block = 16;

/// malloc and free, whoever defines them.
struct MallocBlocks {
  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return std::malloc(size);
  }
  [[nodiscard]] void* reallocate(void* block, std::size_t size) const noexcept {
    return std::realloc(block, size);
  }
  void deallocate(void* block) const noexcept { std::free(block); }
  [[nodiscard]] std::size_t usable(void* block) const noexcept {
    return malloc_usable_size(block);
  }
};

/// The same of tarn's default heap, or of another one.
struct HeapBlocks {
  Heap* heap = &default_heap();

  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return heap->allocate(size);
  }
  [[nodiscard]] void* reallocate(void* block, std::size_t size) const noexcept {
    return heap->reallocate(block, size);
  }
  void deallocate(void* block) const noexcept { heap->deallocate(block); }
  [[nodiscard]] std::size_t usable(void* block) const noexcept {
    return heap->usable_size(block);
  }
};

/// Over what frees block by block.
template <class Blocks>
class ChainedJob {
 public:
  using Memory = Blocks;

  explicit ChainedJob(const Memory& memory) noexcept : memory_(memory) {}
  ~ChainedJob() {
    while (newest_ != nullptr) {
      Link* const older = newest_->older;
      memory_.deallocate(newest_);
      newest_ = older;
    }
  }
  ChainedJob(const ChainedJob&) = delete;
  ChainedJob& operator=(const ChainedJob&) = delete;

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    void* const block = memory_.allocate(size);
    if (block == nullptr)
      return nullptr;
    Link* const link = ::new (block) Link{newest_, nullptr};
    if (newest_ != nullptr)
      newest_->newer = link;
    newest_ = link;
    return block;
  }

  [[nodiscard]] void* grow(void* block, std::size_t, std::size_t wanted) {
    void* const grown = memory_.reallocate(block, wanted);
    if (grown == nullptr)
      return nullptr;
    Link* const link = static_cast<Link*>(grown);
    if (link->older != nullptr)
      link->older->newer = link;
    (link->newer == nullptr ? newest_ : link->newer->older) = link;
    return grown;
  }

  /// Bytes that may be used of a block that was asked for with `size`.
  [[nodiscard]] std::size_t given(void* block, std::size_t) const noexcept {
    return memory_.usable(block);
  }

  /// Where in a block a user may write: behind the chain.
  static constexpr std::size_t taken = least_block;

 private:
  struct Link {
    Link* older;
    Link* newer;
  };
  static_assert(sizeof(Link) <= least_block);

  [[no_unique_address]] Memory memory_;
  Link* newest_ = nullptr;
};

using MallocJob = ChainedJob<MallocBlocks>;
using HeapJob = ChainedJob<HeapBlocks>;

/// For regions that live long and hold little: their programmer would know. The
/// default is for requests, whose chunks go back at once.
inline constexpr RegionOptions small_regions{.first_chunk = 4 * KiB,
                                             .max_chunk = 64 * KiB};

class RegionJob {
 public:
  struct Memory {
    Upstream* upstream;  ///< null: the system
    RegionOptions options;
  };

  explicit RegionJob(const Memory& memory) noexcept
      : region_(memory.upstream == nullptr
                    ? Region(memory.options)
                    : Region(*memory.upstream, memory.options)) {}

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    return region_.allocate(size);
  }
  [[nodiscard]] void* grow(void* block, std::size_t size,
                           std::size_t wanted) noexcept {
    return region_.grow(block, size, wanted);
  }
  [[nodiscard]] static std::size_t given(void*, std::size_t size) noexcept {
    return rounded(size, max_align);
  }
  static constexpr std::size_t taken = 0;

 private:
  Region region_;
};

class AprJob {
 public:
  struct Memory {
    const AprLibrary* library = &AprLibrary::get();
  };

  explicit AprJob(const Memory& memory) noexcept
      : library_(memory.library), pool_(memory.library->make()) {}
  ~AprJob() {
    if (pool_ != nullptr)
      library_->destroy(pool_);
  }
  AprJob(const AprJob&) = delete;
  AprJob& operator=(const AprJob&) = delete;

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    return pool_ == nullptr ? nullptr : library_->palloc(pool_, size);
  }
  [[nodiscard]] void* grow(void* block, std::size_t size,
                           std::size_t wanted) noexcept {
    void* const grown = allocate(wanted);
    return grown == nullptr ? nullptr : std::memcpy(grown, block, size);
  }
  [[nodiscard]] static std::size_t given(void*, std::size_t size) noexcept {
    return rounded(size, 8);  // what APR aligns to
  }
  static constexpr std::size_t taken = 0;

 private:
  const AprLibrary* library_;
  AprLibrary::Pool* pool_;
};

class MonotonicJob {
 public:
  struct Memory {};

  explicit MonotonicJob(const Memory&) noexcept {}

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    try {
      return resource_.allocate(size);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
  [[nodiscard]] void* grow(void* block, std::size_t size,
                           std::size_t wanted) noexcept {
    void* const grown = allocate(wanted);
    return grown == nullptr ? nullptr : std::memcpy(grown, block, size);
  }
  [[nodiscard]] static std::size_t given(void*, std::size_t size) noexcept {
    return rounded(size, alignof(std::max_align_t));
  }
  static constexpr std::size_t taken = 0;

 private:
  std::pmr::monotonic_buffer_resource resource_;
};

}  // namespace tarn::compare
