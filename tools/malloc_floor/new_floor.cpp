// new_floor.cpp - operator new and delete over the pointer that moves.
//
// The mallocs that it is compared with bring their own as well; without these
// the C++ library's detours would be counted to the floor.
//
// SPDX-License-Identifier: MIT
#include "malloc_floor/bump.hpp"

#include <cstdlib>
#include <new>

namespace {

using tarn::malloc_floor::block_align;

// Nothing is thrown: a floor that is out of space ends the program.
void* block(std::size_t size, std::uintptr_t align) noexcept {
  void* const p = tarn::malloc_floor::bump(size, align);
  if (p == nullptr) [[unlikely]]
    std::abort();
  return p;
}

std::uintptr_t at_least(std::align_val_t align) noexcept {
  const auto wanted = static_cast<std::uintptr_t>(align);
  return wanted < block_align ? block_align : wanted;
}

}  // namespace

TARN_EXPORT void* operator new(std::size_t size) {
  return block(size, block_align);
}
TARN_EXPORT void* operator new[](std::size_t size) {
  return block(size, block_align);
}
TARN_EXPORT void* operator new(std::size_t size, std::align_val_t align) {
  return block(size, at_least(align));
}
TARN_EXPORT void* operator new[](std::size_t size, std::align_val_t align) {
  return block(size, at_least(align));
}
TARN_EXPORT void* operator new(std::size_t size,
                               const std::nothrow_t&) noexcept {
  return block(size, block_align);
}
TARN_EXPORT void* operator new[](std::size_t size,
                                 const std::nothrow_t&) noexcept {
  return block(size, block_align);
}

TARN_EXPORT void operator delete(void*) noexcept {}
TARN_EXPORT void operator delete[](void*) noexcept {}
TARN_EXPORT void operator delete(void*, std::size_t) noexcept {}
TARN_EXPORT void operator delete[](void*, std::size_t) noexcept {}
TARN_EXPORT void operator delete(void*, std::align_val_t) noexcept {}
TARN_EXPORT void operator delete[](void*, std::align_val_t) noexcept {}
TARN_EXPORT void operator delete(void*, std::size_t,
                                 std::align_val_t) noexcept {}
TARN_EXPORT void operator delete[](void*, std::size_t,
                                   std::align_val_t) noexcept {}
