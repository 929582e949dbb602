// malloc_floor.cpp - a malloc that only moves a pointer, for LD_PRELOAD.
//
// It never frees: it is the least that any malloc can do, and what others are
// measured against. A program that works in rounds can tell it where one began
// (tarn_malloc_floor_mark) and go back there (tarn_malloc_floor_restart); all
// that was allocated in between is then gone. Without that it ends when its
// reservation does.
//
// Cost     five instructions and the call.
// Threads  confined: for programs of one thread.
// Failure  nullptr at the end of the reservation.
// SPDX-License-Identifier: MIT
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/mman.h>

#define TARN_EXPORT extern "C" [[gnu::visibility("default")]]

namespace {

// Address space only: pages come as they are touched. A worker that marks and
// restarts needs a few MiB of it, any other program some seconds' worth.
constexpr std::size_t reservation = std::size_t{16} << 30;
constexpr std::uintptr_t block_align = alignof(std::max_align_t);

// Until the first block every wish lies behind the end, so the slow half runs.
constexpr std::uintptr_t nowhere = 1;
std::uintptr_t next_block = nowhere;
std::uintptr_t end = 0;
std::uintptr_t marked = 0;

[[gnu::noinline]] void* first_block(std::size_t size,
                                    std::size_t align) noexcept;

inline void* bump(std::size_t size, std::size_t align) noexcept {
  const std::uintptr_t block = (next_block + align - 1) & ~(align - 1);
  if (block > end || size > end - block) [[unlikely]]
    return first_block(size, align);
  next_block = block + size;
  return reinterpret_cast<void*>(block);
}

void* first_block(std::size_t size, std::size_t align) noexcept {
  if (next_block == nowhere) {
    void* const memory =
        mmap(nullptr, reservation, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) {
      next_block = reinterpret_cast<std::uintptr_t>(memory);
      end = next_block + reservation;
      if (size <= reservation / 2)
        return bump(size, align);
    }
  }
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

TARN_EXPORT void* malloc(std::size_t size) {
  return bump(size, block_align);
}

TARN_EXPORT void free(void*) {}

TARN_EXPORT void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const block = bump(bytes, block_align);
  // After a restart the memory has been used before.
  if (block != nullptr && marked != 0)
    std::memset(block, 0, bytes);
  return block;
}

// Sizes are not kept, so as many bytes are taken along as the new block has:
// what lies behind the old one is ours too.
TARN_EXPORT void* realloc(void* old, std::size_t size) {
  void* const block = bump(size, block_align);
  if (block != nullptr && old != nullptr)
    std::memmove(block, old, size);
  return block;
}

TARN_EXPORT void* memalign(std::size_t align, std::size_t size) {
  return bump(size, align < block_align ? block_align : align);
}

TARN_EXPORT void* aligned_alloc(std::size_t align, std::size_t size) {
  return memalign(align, size);
}

TARN_EXPORT int posix_memalign(void** block, std::size_t align,
                               std::size_t size) {
  *block = memalign(align, size);
  return *block == nullptr ? ENOMEM : 0;
}

TARN_EXPORT std::size_t malloc_usable_size(void*) {
  return 0;
}

TARN_EXPORT void tarn_malloc_floor_mark() {
  marked = next_block;
}

TARN_EXPORT void tarn_malloc_floor_restart() {
  if (marked != 0)
    next_block = marked;
}
