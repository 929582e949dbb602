#include "peers/block_pool.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace tarn::bench {
namespace {

constexpr std::size_t align = 16;
constexpr std::size_t page = 4096;
constexpr std::size_t most_failures = 4;
constexpr std::size_t places_looked_at = 3;

std::byte* align_up(std::byte* p) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return reinterpret_cast<std::byte*>((address + align - 1) & ~(align - 1));
}

}  // namespace

BlockPool::BlockPool(std::size_t block_size) noexcept
    : block_size_(block_size),
      small_(std::min(block_size - sizeof(Block), page - 1)),
      first_(make_block()),
      current_(first_) {}

BlockPool::~BlockPool() {
  free_large();
  for (Block* block = first_; block != nullptr;) {
    Block* const next = block->next;
    std::free(block);
    block = next;
  }
}

void BlockPool::reset() noexcept {
  free_large();
  for (Block* block = first_; block != nullptr; block = block->next) {
    block->next_free = reinterpret_cast<std::byte*>(block + 1);
    block->failures = 0;
  }
  current_ = first_;
  large_ = nullptr;
}

void* BlockPool::allocate_small(std::size_t size) noexcept {
  for (Block* block = current_; block != nullptr; block = block->next) {
    std::byte* const start = align_up(block->next_free);
    if (start <= block->end &&
        static_cast<std::size_t>(block->end - start) >= size) {
      block->next_free = start + size;
      return start;
    }
  }
  return allocate_from_new_block(size);
}

void* BlockPool::allocate_from_new_block(std::size_t size) noexcept {
  Block* const added = make_block();
  if (added == nullptr)
    return nullptr;
  std::byte* const start = align_up(added->next_free);
  added->next_free = start + size;
  Block* last = current_;
  for (; last->next != nullptr; last = last->next)
    if (last->failures++ > most_failures)
      current_ = last->next;
  last->next = added;
  return start;
}

void* BlockPool::allocate_large(std::size_t size) noexcept {
  void* const memory = std::malloc(size);
  if (memory == nullptr)
    return nullptr;
  std::size_t looked_at = 0;
  for (Large* large = large_; large != nullptr; large = large->next) {
    if (large->memory == nullptr) {
      large->memory = memory;
      return memory;
    }
    if (++looked_at > places_looked_at)
      break;
  }
  void* const place = allocate_small(sizeof(Large));
  if (place == nullptr) {
    std::free(memory);
    return nullptr;
  }
  large_ = ::new (place) Large{large_, memory};
  return memory;
}

BlockPool::Block* BlockPool::make_block() noexcept {
  void* const memory = std::aligned_alloc(align, block_size_);
  if (memory == nullptr)
    return nullptr;
  auto* const begin = static_cast<std::byte*>(memory);
  return ::new (memory)
      Block{begin + sizeof(Block), begin + block_size_, nullptr, 0};
}

void BlockPool::free_large() noexcept {
  for (Large* large = large_; large != nullptr; large = large->next)
    std::free(large->memory);
}

}  // namespace tarn::bench
