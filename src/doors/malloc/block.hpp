// block.hpp - a block for malloc and its kin, and its way back.
//
// The heap's fast path stands in each of the names that programs call, so that
// a call is one call. What is behind it is in malloc.cpp.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "heap/fast.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn::malloc_door {

/// What glibc refuses: no object may be larger than a difference of pointers.
inline constexpr std::size_t largest_block = PTRDIFF_MAX;

using Family = port::BlockFamily;

// The slow half. Those that give a block set errno when there is none; those
// that take one leave errno as it is.
[[nodiscard, gnu::noinline]] void* allocate_at_length(
    std::size_t size) noexcept;
[[nodiscard, gnu::noinline]] void* new_at_length(std::size_t size,
                                                 Family family) noexcept;
[[nodiscard, gnu::noinline]] void* allocate_aligned(
    std::size_t size, std::size_t align,
    Family family = Family::malloc) noexcept;
[[gnu::noinline]] void deallocate_at_length(void* p) noexcept;
[[gnu::noinline]] void deallocate_said(void* p, Family family, std::size_t size,
                                       std::size_t align) noexcept;
[[gnu::noinline]] void deallocate_full(void* p, heap::Bin& bin) noexcept;
[[gnu::noinline]] void send(heap::Parcel& parcel) noexcept;

/// The way out of the fast path where a null pointer says that memory ran out.
struct Exits {
  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return allocate_at_length(size);
  }
  void deallocate(void* p) const noexcept { deallocate_at_length(p); }
  void deallocate_own(void* p, heap::Bin& bin) const noexcept {
    deallocate_full(p, bin);
  }
  void send(heap::Parcel& parcel) const noexcept { malloc_door::send(parcel); }
};

/// The same for operator new: only the slow half knows of it.
template <Family family>
struct ExitsOf : Exits {
  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return new_at_length(size, family);
  }
};

/// The default heap's place is the first one.
[[nodiscard]] inline heap::ThreadHeap& own_heap() noexcept {
  return *heap::own_heaps.at[0];
}

[[nodiscard, gnu::always_inline]] inline void* allocate(
    std::size_t size) noexcept {
  return heap::allocate_fast(own_heap(), size, Exits{});
}

[[gnu::always_inline]] inline void deallocate(void* p) noexcept {
  heap::deallocate_fast(own_heap(), p, Exits{});
}

}  // namespace tarn::malloc_door
