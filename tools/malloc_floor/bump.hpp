// bump.hpp - the pointer that moves.
//
// Cost     five instructions.
// Threads  confined: for programs of one thread.
// Failure  nullptr at the end of the reservation.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#define TARN_EXPORT [[gnu::visibility("default")]]

namespace tarn::malloc_floor {

inline constexpr std::uintptr_t block_align = alignof(std::max_align_t);

struct [[gnu::visibility("hidden")]] Space {
  std::uintptr_t next;    // where the next block may begin
  std::uintptr_t end;     // behind the reservation
  std::uintptr_t marked;  // where restart goes back to, or 0
};

extern constinit Space space [[gnu::visibility("hidden")]];

/// Reserves the space when there is none yet; else nullptr and ENOMEM.
[[gnu::noinline, gnu::visibility("hidden")]] void* first_block(
    std::size_t size, std::uintptr_t align) noexcept;

inline void* bump(std::size_t size, std::uintptr_t align) noexcept {
  const std::uintptr_t block = (space.next + align - 1) & ~(align - 1);
  if (block > space.end || size > space.end - block) [[unlikely]]
    return first_block(size, align);
  space.next = block + size;
  return reinterpret_cast<void*>(block);
}

}  // namespace tarn::malloc_floor
