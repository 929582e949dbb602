// assert.hpp - our own invariants, checked in the dev preset only.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/build.hpp"
#include "port/world.hpp"

namespace tarn::port {

/// Ends the program when an invariant of ours does not hold. In other builds
/// than dev the compiler drops the call with its argument's side-effect-free
/// work.
inline void ensure(bool holds, const char* what) noexcept {
  if constexpr (base::is_dev) {
    if (holds) [[likely]]
      return;
    write_error("tarn: broken invariant: ", 24);
    std::size_t size = 0;
    while (what[size] != '\0')
      ++size;
    write_error(what, size);
    write_error("\n", 1);
    abort();
  }
}

}  // namespace tarn::port
