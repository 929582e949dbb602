// runtime.hpp - operator new when memory ran out.
//
// Then the C++ runtime is due: it calls the new handler as often as it takes,
// and throws std::bad_alloc. The shared door must not need one, since it serves
// C programs: it finds that of whoever called (runtime_found.cpp). The static
// one is linked into a program that has it (runtime_linked.cpp).
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>

namespace tarn::malloc_door {

/// A block after all, or std::bad_alloc. `caller` lies in the code that asked.
[[nodiscard]] void* new_again(std::size_t size, const void* caller);
[[nodiscard]] void* new_again(std::size_t size, std::align_val_t align,
                              const void* caller);

/// The same, where null says it.
[[nodiscard]] void* new_again_or_null(std::size_t size,
                                      const void* caller) noexcept;
[[nodiscard]] void* new_again_or_null(std::size_t size, std::align_val_t align,
                                      const void* caller) noexcept;

}  // namespace tarn::malloc_door
