// fixed_make.hpp - objects in memory that ends without a word to them.
//
// Threads  as the pool.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <new>
#include <type_traits>
#include <utility>

namespace tarn {
inline namespace v1 {
namespace detail {

template <class T, class Pool, class... Args>
T* make_in(Pool& pool, Args&&... args) {
  static_assert(!std::is_array_v<T>, "make_array<T>(count) makes arrays");
  static_assert(std::is_trivially_destructible_v<T>,
                "no destructor runs here: a Region is for such things");
  void* const place = pool.allocate(sizeof(T), alignof(T));
  if (place == nullptr)
    return nullptr;
  if constexpr (std::is_constructible_v<T, Args...>)
    return ::new (place) T(std::forward<Args>(args)...);
  else
    return ::new (place) T{std::forward<Args>(args)...};
}

template <class T, class Pool>
T* make_array_in(Pool& pool, std::size_t count) {
  static_assert(std::is_trivially_destructible_v<T>,
                "no destructor runs here: a Region is for such things");
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, sizeof(T), &bytes)) [[unlikely]] {
    // Refused and counted like any other.
    return static_cast<T*>(pool.allocate(no_limit, alignof(T)));
  }
  void* const place = pool.allocate(bytes, alignof(T));
  if (place == nullptr)
    return nullptr;
  T* const first = static_cast<T*>(place);
  for (std::size_t i = 0; i < count; ++i)
    ::new (static_cast<void*>(first + i)) T();
  return first;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
