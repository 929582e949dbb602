// malloc_floor.cpp - a malloc that only moves a pointer, for LD_PRELOAD.
//
// It never frees: it is the least that any malloc can do, and what others are
// measured against. A program that works in rounds can tell it where one began
// (tarn_malloc_floor_mark) and go back there (tarn_malloc_floor_restart); all
// that was allocated in between is then gone. Without that it ends when its
// reservation does.
//
// SPDX-License-Identifier: MIT
#include "malloc_floor/bump.hpp"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace tarn::malloc_floor {
namespace {

// Address space only: pages come as they are touched. A worker that marks and
// restarts needs a few MiB of it, any other program some seconds' worth.
constexpr std::size_t reservation = std::size_t{16} << 30;

// Until the first block every wish lies behind the end, so the slow half runs.
constexpr std::uintptr_t nowhere = 1;

}  // namespace

constinit Space space{nowhere, 0, 0};

void* first_block(std::size_t size, std::uintptr_t align) noexcept {
  if (space.next == nowhere && size <= reservation / 2) {
    void* const memory =
        mmap(nullptr, reservation, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) {
      space.next = reinterpret_cast<std::uintptr_t>(memory);
      space.end = space.next + reservation;
      return bump(size, align);
    }
  }
  errno = ENOMEM;
  return nullptr;
}

}  // namespace tarn::malloc_floor

using tarn::malloc_floor::block_align;
using tarn::malloc_floor::bump;
using tarn::malloc_floor::space;

extern "C" {

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
  // Fresh pages are zero; after a restart they have been used before.
  if (block != nullptr && space.marked != 0)
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
  return bump(size, align < block_align ? block_align : align);
}

TARN_EXPORT int posix_memalign(void** block, std::size_t align,
                               std::size_t size) {
  *block = bump(size, align < block_align ? block_align : align);
  return *block == nullptr ? ENOMEM : 0;
}

TARN_EXPORT std::size_t malloc_usable_size(void*) {
  return 0;
}

TARN_EXPORT void tarn_malloc_floor_mark() {
  space.marked = space.next;
}

TARN_EXPORT void tarn_malloc_floor_restart() {
  if (space.marked != 0)
    space.next = space.marked;
}

}  // extern "C"
