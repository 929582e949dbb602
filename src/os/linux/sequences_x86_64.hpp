// sequences_x86_64.hpp - restartable sequences for x86-64.
//
// A sequence tells the kernel where it begins and ends (a record of 32 bytes,
// whose address it stores in the thread's area) and what comes instead when the
// thread is taken off its processor in between: here always the beginning. Its
// last instruction is the one store that others see. At its end the area
// names no record, since a plugin's may be unmapped before the thread ends.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "port/processor.hpp"

namespace tarn::os {

// The record, and in front of the way back the word by which the kernel knows
// such ways. Then `at` is the offset of this processor's place.
#define TARN_BEGIN_SEQUENCE(prepare)                   \
  ".pushsection .data.rel.ro.tarn_sequences, \"aw\"\n" \
  ".balign 32\n"                                       \
  "10: .long 0, 0\n"                                   \
  ".quad 11f, 12f - 11f, 13f\n"                        \
  ".popsection\n"                                      \
  ".pushsection .text.unlikely, \"ax\", @progbits\n"   \
  ".byte 0x0f, 0xb9, 0x3d\n"                           \
  ".long 0x53053053\n"                                 \
  "13: jmp 14f\n"                                      \
  ".popsection\n"                                      \
  "14: leaq 10b(%%rip), %[at]\n"                       \
  "movq %[at], %%fs:8(%[area])\n"                      \
  "11: " prepare                                       \
  "movl %%fs:4(%[area]), %k[at]\n"                     \
  "cmpl %[count], %k[at]\n"                            \
  "jae 12f\n"                                          \
  "shlq $6, %[at]\n"
#define TARN_END_SEQUENCE "12: movq $0, %%fs:8(%[area])\n"

inline constexpr bool has_sequences = true;

// `area` is where the thread's area lies, seen from its thread pointer.
[[gnu::always_inline]] inline void* pop(std::ptrdiff_t area,
                                        port::ProcessorPlaces places) noexcept {
  void* newest = nullptr;
  std::size_t at = 0;
  std::size_t count = 0;
  asm volatile(TARN_BEGIN_SEQUENCE("xorl %k[newest], %k[newest]\n")
               "movq (%[places],%[at]), %[at]\n"
               "movl (%[at]), %k[n]\n"
               "movq 8(%[at],%[n],8), %[newest]\n"
               "testq %[newest], %[newest]\n"
               "jz 12f\n"
               "decl %k[n]\n"
               "movl %k[n], (%[at])\n"
               TARN_END_SEQUENCE
               : [newest] "=&r"(newest), [at] "=&r"(at), [n] "=&r"(count)
               : [area] "r"(area), [places] "r"(places.first),
                 [count] "r"(places.count)
               : "memory", "cc");
  return newest;
}

[[gnu::always_inline]] inline bool push(std::ptrdiff_t area,
                                        port::ProcessorPlaces places,
                                        void* pointer) noexcept {
  std::uint32_t failed = 0;
  std::size_t at = 0;
  std::size_t count = 0;
  asm volatile(TARN_BEGIN_SEQUENCE("movl $1, %[failed]\n")
               "movq (%[places],%[at]), %[at]\n"
               "movl (%[at]), %k[n]\n"
               "cmpl 4(%[at]), %k[n]\n"
               "je 12f\n"
               "cmpq 8(%[at],%[n],8), %[pointer]\n"
               "je 12f\n"
               "movq %[pointer], 16(%[at],%[n],8)\n"
               "xorl %[failed], %[failed]\n"
               "incl %k[n]\n"
               "movl %k[n], (%[at])\n"
               TARN_END_SEQUENCE
               : [failed] "=&r"(failed), [at] "=&r"(at), [n] "=&r"(count)
               : [area] "r"(area), [places] "r"(places.first),
                 [count] "r"(places.count), [pointer] "r"(pointer)
               : "memory", "cc");
  return failed == 0;
}

[[gnu::always_inline]] inline port::ProcessorPlace* withdraw(
    std::ptrdiff_t area, port::ProcessorPlaces places, void* nothing,
    void*& taken) noexcept {
  port::ProcessorPlace* place = nullptr;
  std::size_t at = 0;
  asm volatile(TARN_BEGIN_SEQUENCE("xorl %k[place], %k[place]\n")
               "leaq (%[places],%[at]), %[place]\n"
               "movq (%[place]), %[taken]\n"
               "movq %[nothing], (%[place])\n"
               TARN_END_SEQUENCE
               : [place] "=&r"(place), [at] "=&r"(at), [taken] "=&r"(taken)
               : [area] "r"(area), [places] "r"(places.first),
                 [count] "r"(places.count), [nothing] "r"(nothing)
               : "memory", "cc");
  return place;
}

#undef TARN_BEGIN_SEQUENCE
#undef TARN_END_SEQUENCE

}  // namespace tarn::os
