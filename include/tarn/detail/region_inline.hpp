// region_inline.hpp - what of a Region is compiled into who calls it.
//
// The last lines of region.hpp include this; nobody else does.
//
// Cost     allocate: five to fifteen instructions, as the sizes are known.
// Threads  confined, as the region.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

namespace tarn {
inline namespace v1 {

// A constant size is small, so the sum cannot wrap and the test for it would be
// an instruction too many.
inline bool Region::fits(const std::byte* block,
                         std::size_t size) const noexcept {
  std::uintptr_t last = 0;
  if (__builtin_constant_p(size) && size < MiB)
    return detail::address_of(block) + size <= detail::address_of(end_);
  return !__builtin_add_overflow(detail::address_of(block), size, &last) &&
         last <= detail::address_of(end_);
}

inline void* Region::allocate(std::size_t size, std::size_t align) noexcept
    TARN_LIFETIMEBOUND {
  if (detail::is_plain_alignment(align)) [[likely]] {
    std::byte* const block = detail::align_up(next_, align);
    if (fits(block, size)) [[likely]] {
      next_ = block + size;
      return block;
    }
    return allocate_slow(size, align);
  }
  return allocate_anywhere(size, align);
}

inline void* Region::allocate_or_recycle(std::size_t size,
                                         std::size_t align) noexcept
    TARN_LIFETIMEBOUND {
  if (recycled_ != nullptr) [[unlikely]]
    if (void* const block = allocate_again(size, align))
      return block;
  return allocate(size, align);
}

inline void Region::has_more_to_end() noexcept {
  is_plain_ = false;
  is_bare_ = false;
  is_single_ = false;
}

inline bool Region::is_since_mark(const std::byte* block) const noexcept {
  return newest_mark_ == nullptr || is_since_newest_mark(block);
}

inline std::size_t Region::large_size() const noexcept {
  return max_chunk_ / detail::large_part;
}

}  // namespace v1
}  // namespace tarn
