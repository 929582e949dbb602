// machine.hpp - the processor's registers that a call stack is walked by.
//
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::os {

#if defined(__x86_64__)
inline constexpr unsigned dwarf_frame_pointer = 6;
inline constexpr unsigned dwarf_stack_pointer = 7;
inline constexpr unsigned dwarf_return_address = 16;

// The kernel's ucontext, at the stack pointer while a handler returns: from its
// interface, which cannot change.
inline constexpr std::size_t saved_frame_pointer = 120;
inline constexpr std::size_t saved_stack_pointer = 160;
inline constexpr std::size_t saved_program_counter = 168;
#elif defined(__aarch64__)
inline constexpr unsigned dwarf_frame_pointer = 29;
inline constexpr unsigned dwarf_stack_pointer = 31;
inline constexpr unsigned dwarf_return_address = 30;

// The kernel's siginfo of 128 bytes, then its ucontext.
inline constexpr std::size_t saved_frame_pointer = 128 + 184 + 29 * 8;
inline constexpr std::size_t saved_stack_pointer = 128 + 184 + 31 * 8;
inline constexpr std::size_t saved_program_counter = 128 + 184 + 32 * 8;
#else
// Walked by frame pointers alone, if at all.
inline constexpr unsigned dwarf_frame_pointer = ~0u;
inline constexpr unsigned dwarf_stack_pointer = ~0u - 1;
inline constexpr unsigned dwarf_return_address = ~0u - 2;
inline constexpr std::size_t saved_frame_pointer = 0;
inline constexpr std::size_t saved_stack_pointer = 0;
inline constexpr std::size_t saved_program_counter = 0;
#endif

/// The address without the signature that some processors put into it.
inline std::uintptr_t without_signature(std::uintptr_t address) noexcept {
#if defined(__aarch64__)
  // xpaclri, an instruction that older processors take for none.
  register std::uintptr_t link __asm__("x30") = address;
  __asm__("hint #7" : "+r"(link));
  return link;
#else
  return address;
#endif
}

}  // namespace tarn::os
