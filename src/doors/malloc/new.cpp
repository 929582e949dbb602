// The forms of operator new, and those that tell the block's true size.
#include "tarn/heap.hpp"

#include "doors/malloc/block.hpp"
#include "doors/malloc/runtime.hpp"

#include <new>

namespace tarn::malloc_door {
namespace {

// What the C++ runtime gives instead, it got from malloc.
template <class Block>
[[nodiscard]] void* as(Family family, Block block) {
  heap::set_family(block, family);
  return block;
}

template <Family family>
[[gnu::noinline]] void* new_or_throw(std::size_t size) {
  void* const block = new_at_length(size, family);
  if (block != nullptr) [[likely]]
    return block;
  return as(family, new_again(size, __builtin_return_address(0)));
}

template <Family family>
[[gnu::noinline]] void* new_or_null(std::size_t size) noexcept {
  void* const block = new_at_length(size, family);
  if (block != nullptr) [[likely]]
    return block;
  return as(family, new_again_or_null(size, __builtin_return_address(0)));
}

/// As Exits, where running out is told by an exception.
template <Family family>
struct ThrowingExits {
  [[nodiscard]] void* allocate(std::size_t size) const {
    return new_or_throw<family>(size);
  }
};

/// The same, where null tells it, after what the program wants done first.
template <Family family>
struct NothrowExits {
  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return new_or_null<family>(size);
  }
};

template <Family family>
[[nodiscard, gnu::always_inline]] inline void* make(std::size_t size) {
  return heap::allocate_fast(own_heap(), size, ThrowingExits<family>{});
}

template <Family family>
[[nodiscard, gnu::always_inline]] inline void* try_plain(
    std::size_t size) noexcept {
  return heap::allocate_fast(own_heap(), size, ExitsOf<family>{});
}

template <Family family>
[[nodiscard, gnu::always_inline]] inline void* make_or_null(
    std::size_t size) noexcept {
  return heap::allocate_fast(own_heap(), size, NothrowExits<family>{});
}

// What is left of new when there was no block, apart from the fast path.
template <Family family>
[[gnu::noinline]] void* aligned_again(std::size_t size, std::align_val_t align,
                                      const void* caller) {
  return as(family, new_again(size, align, caller));
}

template <Family family>
[[gnu::noinline]] void* aligned_again_or_null(std::size_t size,
                                              std::align_val_t align,
                                              const void* caller) noexcept {
  return as(family, new_again_or_null(size, align, caller));
}

template <Family family>
[[nodiscard]] void* try_aligned(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align))
    return nullptr;
  return align <= max_align ? try_plain<family>(size)
                            : allocate_aligned(size, align, family);
}

template <Family family>
[[nodiscard, gnu::always_inline]] inline void* make(std::size_t size,
                                                    std::align_val_t align,
                                                    const void* caller) {
  void* const block =
      try_aligned<family>(size, static_cast<std::size_t>(align));
  return block != nullptr ? block : aligned_again<family>(size, align, caller);
}

template <Family family>
[[nodiscard, gnu::always_inline]] inline void* make_or_null(
    std::size_t size, std::align_val_t align, const void* caller) noexcept {
  void* const block =
      try_aligned<family>(size, static_cast<std::size_t>(align));
  return block != nullptr ? block
                          : aligned_again_or_null<family>(size, align, caller);
}

}  // namespace
}  // namespace tarn::malloc_door

using namespace tarn::malloc_door;

void* operator new(std::size_t size) {
  return make<Family::new_one>(size);
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return make_or_null<Family::new_one>(size);
}

void* operator new(std::size_t size, std::align_val_t align) {
  return make<Family::new_one>(size, align, __builtin_return_address(0));
}

void* operator new(std::size_t size, std::align_val_t align,
                   const std::nothrow_t&) noexcept {
  return make_or_null<Family::new_one>(size, align,
                                       __builtin_return_address(0));
}

void* operator new[](std::size_t size) {
  return make<Family::new_array>(size);
}

void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return make_or_null<Family::new_array>(size);
}

void* operator new[](std::size_t size, std::align_val_t align) {
  return make<Family::new_array>(size, align, __builtin_return_address(0));
}

void* operator new[](std::size_t size, std::align_val_t align,
                     const std::nothrow_t&) noexcept {
  return make_or_null<Family::new_array>(size, align,
                                         __builtin_return_address(0));
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

}  // extern "C"
