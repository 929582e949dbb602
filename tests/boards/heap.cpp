// What operator new and aligned_alloc give to tests on a board.
#include "heap.hpp"

#include "tarn/detail/bits.hpp"

#include "boards/board.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

// The heap of the tests is none of ours: blocks are powers of two with their
// size in front, each size in a list of its own, never merged; it begins anew
// after a case that left nothing.
constexpr std::size_t heap_size = 12 * tarn::MiB;
alignas(16) constinit std::byte heap[heap_size]{};
constinit std::size_t heap_used = 0;
constinit std::size_t blocks_in_use = 0;
constinit void* free_blocks[32]{};

struct Head {
  void* memory;       // where the block with its head begins
  std::size_t power;  // its size is two to the power of it
  std::size_t unused[2];
};
static_assert(sizeof(Head) == 16);

void* take_block(std::size_t size, std::size_t align) {
  const std::size_t bytes = size + align + sizeof(Head);
  std::size_t power = 5;
  while ((std::size_t{1} << power) < bytes)
    if (++power == 31)
      return nullptr;
  void* memory = free_blocks[power];
  if (memory != nullptr) {
    std::memcpy(&free_blocks[power], memory, sizeof(void*));
  } else {
    const std::size_t whole = std::size_t{1} << power;
    if (whole > sizeof heap - heap_used)
      return nullptr;
    memory = heap + heap_used;
    heap_used += whole;
  }
  ++blocks_in_use;
  std::byte* const block = tarn::detail::align_up(
      static_cast<std::byte*>(memory) + sizeof(Head), align);
  new (block - sizeof(Head)) Head{memory, power, {}};
  return block;
}

void give_block(void* block) {
  if (block == nullptr)
    return;
  --blocks_in_use;
  const Head head =
      *reinterpret_cast<Head*>(static_cast<std::byte*>(block) - sizeof(Head));
  std::memcpy(head.memory, &free_blocks[head.power], sizeof(void*));
  free_blocks[head.power] = head.memory;
}

void* take_block_or_end(std::size_t size, std::size_t align) {
  void* const block = take_block(size, align);
  if (block == nullptr) {
    board::write("the tests' heap has no ", size, " bytes\n");
    board::exit(1);
  }
  return block;
}

}  // namespace

namespace board_test {

HeapMark heap_mark() {
  return {heap_used, blocks_in_use};
}

void begin_heap_anew(HeapMark mark) {
  if (blocks_in_use != mark.blocks)
    return;
  heap_used = mark.used;
  for (void*& first : free_blocks)
    first = nullptr;
}

}  // namespace board_test

void* operator new(std::size_t size) {
  return take_block_or_end(size, tarn::max_align);
}
void* operator new[](std::size_t size) {
  return take_block_or_end(size, tarn::max_align);
}
void* operator new(std::size_t size, std::align_val_t align) {
  return take_block_or_end(size, static_cast<std::size_t>(align));
}
void operator delete(void* block) noexcept {
  give_block(block);
}
void operator delete[](void* block) noexcept {
  give_block(block);
}
void operator delete(void* block, std::size_t) noexcept {
  give_block(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  give_block(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  give_block(block);
}

namespace std {

void abort() noexcept {
  board::write("aborted\n");
  board::exit(134);
}
void* aligned_alloc(size_t align, size_t size) noexcept {
  return take_block(size, align);
}
void free(void* block) noexcept {
  give_block(block);
}

}  // namespace std
