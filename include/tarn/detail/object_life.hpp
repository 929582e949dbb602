// object_life.hpp - what is done to an object of a pool once, and at each use.
//
// Threads  shared: nothing here has a state.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/object_slab.hpp"

#include <new>
#include <type_traits>
#include <utility>

namespace tarn {
inline namespace v1 {

namespace detail {

template <class T, class... Args>
consteval bool renews_without_throwing() {
  if constexpr (requires(T & object, Args && ... args) {
                  object.renew(std::forward<Args>(args)...);
                })
    return noexcept(
        std::declval<T&>().renew(std::forward<Args>(std::declval<Args>())...));
  else
    return true;
}

template <class T, class... Args>
consteval bool constructs_without_throwing() {
  if constexpr (std::is_constructible_v<T, Args...>)
    return std::is_nothrow_constructible_v<T, Args...>;
  else
    return noexcept(T{std::declval<Args>()...});
}

}  // namespace detail

/// Constructs each object once by its default constructor, and destroys it when
/// its memory goes back. What the default constructor leaves unset is unset.
template <class T>
struct KeepConstructed {
  static constexpr bool constructs =
      !std::is_trivially_default_constructible_v<T>;

  static void construct(void* place) { ::new (place) T; }

  /// Calls object.renew(args...) where T has it.
  template <class... Args>
  static void renew(T& object, Args&&... args) noexcept(
      detail::renews_without_throwing<T, Args...>()) {
    if constexpr (requires { object.renew(std::forward<Args>(args)...); })
      object.renew(std::forward<Args>(args)...);
    else
      static_assert(sizeof...(Args) == 0, "T has no renew() for these");
  }

  static void retire(T&) noexcept {}
  static void destroy(T& object) noexcept { object.~T(); }
};

/// Constructs an object at each acquire, from its arguments, and destroys it at
/// each release: for types whose state is not worth keeping.
template <class T>
struct MakeAnew {
  static constexpr bool constructs = false;
  static constexpr bool keeps_state = false;

  static void construct(void*) noexcept {}

  template <class... Args>
  static void renew(T& object, Args&&... args) noexcept(
      detail::constructs_without_throwing<T, Args...>()) {
    if constexpr (std::is_constructible_v<T, Args...>)
      ::new (static_cast<void*>(&object)) T(std::forward<Args>(args)...);
    else
      ::new (static_cast<void*>(&object)) T{std::forward<Args>(args)...};
  }

  static void retire(T& object) noexcept { object.~T(); }
  static void destroy(T&) noexcept {}
};

/// Makes a pool steady: its objects all come from reserve(n), and neither
/// acquire() nor release() locks, borrows, constructs or calls the system. They
/// are one stack without a lock, which all threads share; no thread has
/// anything of its own, so it needs no first call. renew() must be noexcept.
template <class Life>
struct Steady : Life {
  static constexpr bool is_steady = true;
};

namespace detail {

template <class Life>
inline constexpr bool is_steady = false;
template <class Life>
requires requires {
  Life::is_steady;
}
inline constexpr bool is_steady<Life> = Life::is_steady;

template <class Life>
inline constexpr bool constructs = true;
template <class Life>
requires requires {
  Life::constructs;
}
inline constexpr bool constructs<Life> = Life::constructs;

template <class Life>
inline constexpr bool keeps_state = true;
template <class Life>
requires requires {
  Life::keeps_state;
}
inline constexpr bool keeps_state<Life> = Life::keeps_state;

template <class T, class Life>
inline constexpr std::size_t slab_for = slab_size_for(sizeof(T), alignof(T));
template <class T, class Life>
requires requires {
  Life::slab_size;
}
inline constexpr std::size_t slab_for<T, Life> = Life::slab_size;

}  // namespace detail

}  // namespace v1
}  // namespace tarn
