// family.hpp - what the ways of malloc, new and new[] are called.
//
// Threads  shared; these are words.
// SPDX-License-Identifier: MIT
#pragma once

#include "port/heap_hooks.hpp"

namespace tarn::check {

/// By what a block of the family goes, and by what it came.
[[nodiscard]] constexpr const char* way_back(
    port::BlockFamily family) noexcept {
  using port::BlockFamily;
  switch (family) {
    case BlockFamily::new_one:
      return "delete";
    case BlockFamily::new_array:
      return "delete[]";
    case BlockFamily::pool:
    case BlockFamily::malloc:
      break;
  }
  return "free";
}

[[nodiscard]] constexpr const char* way_here(
    port::BlockFamily family) noexcept {
  using port::BlockFamily;
  switch (family) {
    case BlockFamily::new_one:
      return "new";
    case BlockFamily::new_array:
      return "new[]";
    case BlockFamily::malloc:
      return "malloc";
    case BlockFamily::pool:
      break;
  }
  return "a heap";
}

}  // namespace tarn::check
