// The forms of operator new, and those that tell the block's true size.
#include "tarn/heap.hpp"

#include "doors/malloc/block.hpp"
#include "doors/malloc/runtime.hpp"

#include <new>

namespace tarn::malloc_door {
namespace {

[[gnu::noinline]] void* new_at_length(std::size_t size) {
  void* const block = allocate_at_length(size);
  if (block != nullptr) [[likely]]
    return block;
  return new_again(size, __builtin_return_address(0));
}

/// As Exits, where running out is told by an exception.
struct ThrowingExits {
  [[nodiscard]] void* allocate(std::size_t size) const {
    return new_at_length(size);
  }
};

[[nodiscard]] void* try_aligned(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align))
    return nullptr;
  return align <= max_align ? allocate(size) : allocate_aligned(size, align);
}

}  // namespace
}  // namespace tarn::malloc_door

using namespace tarn::malloc_door;

void* operator new(std::size_t size) {
  return tarn::heap::allocate_fast(own_heap(), size, ThrowingExits{});
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* const block = allocate(size);
  return block != nullptr
             ? block
             : new_again_or_null(size, __builtin_return_address(0));
}

void* operator new(std::size_t size, std::align_val_t align) {
  void* const block = try_aligned(size, static_cast<std::size_t>(align));
  return block != nullptr ? block
                          : new_again(size, align, __builtin_return_address(0));
}

void* operator new(std::size_t size, std::align_val_t align,
                   const std::nothrow_t&) noexcept {
  void* const block = try_aligned(size, static_cast<std::size_t>(align));
  return block != nullptr
             ? block
             : new_again_or_null(size, align, __builtin_return_address(0));
}

extern "C" {

// What the proposal P0901 calls for and libc++ asks for where it is there.
struct SizedBlock {
  void* block;
  std::size_t size;
};

SizedBlock __size_returning_new(std::size_t size) {
  void* const block = ::operator new(size);
  return {block, tarn::default_heap().usable_size(block)};
}

SizedBlock __size_returning_new_aligned(std::size_t size,
                                        std::align_val_t align) {
  void* const block = ::operator new(size, align);
  return {block, tarn::default_heap().usable_size(block)};
}

#define TARN_ALIAS(name) __attribute__((alias(#name), used))

SizedBlock __size_returning_new_hot_cold(std::size_t, std::uint8_t)
    TARN_ALIAS(__size_returning_new);
SizedBlock __size_returning_new_aligned_hot_cold(std::size_t, std::align_val_t,
                                                 std::uint8_t)
    TARN_ALIAS(__size_returning_new_aligned);

void* _Znam(std::size_t) TARN_ALIAS(_Znwm);
void* _ZnamRKSt9nothrow_t(std::size_t, const std::nothrow_t&) noexcept
    TARN_ALIAS(_ZnwmRKSt9nothrow_t);
void* _ZnamSt11align_val_t(std::size_t, std::align_val_t)
    TARN_ALIAS(_ZnwmSt11align_val_t);
void* _ZnamSt11align_val_tRKSt9nothrow_t(std::size_t, std::align_val_t,
                                         const std::nothrow_t&) noexcept
    TARN_ALIAS(_ZnwmSt11align_val_tRKSt9nothrow_t);

}  // extern "C"
