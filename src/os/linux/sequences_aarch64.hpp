// sequences_aarch64.hpp - restartable sequences for aarch64: those of
// sequences_x86_64.hpp, which says how they work. The last store of each is a
// release, so that a child after fork finds whole stacks.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "port/processor.hpp"

namespace tarn::os {

#define TARN_BEGIN_SEQUENCE(prepare)                   \
  ".pushsection .data.rel.ro.tarn_sequences, \"aw\"\n" \
  ".balign 32\n"                                       \
  "10: .word 0, 0\n"                                   \
  ".quad 11f, 12f - 11f, 13f\n"                        \
  ".popsection\n"                                      \
  ".pushsection .text.unlikely, \"ax\", %%progbits\n"  \
  ".balign 4\n"                                        \
  ".inst 0xd428bc00\n"                                 \
  "13: b 14f\n"                                        \
  ".popsection\n"                                      \
  "14: adrp %[at], 10b\n"                              \
  "add %[at], %[at], :lo12:10b\n"                      \
  "str %[at], [%[area], #8]\n"                         \
  "11: " prepare                                       \
  "ldr %w[at], [%[area], #4]\n"                        \
  "cmp %w[at], %w[count]\n"                            \
  "b.hs 12f\n"                                         \
  "add %[at], %[places], %[at], lsl #6\n"
#define TARN_END_SEQUENCE "12: str xzr, [%[area], #8]\n"

inline constexpr bool has_sequences = true;

[[gnu::always_inline]] inline std::uintptr_t area_at(
    std::ptrdiff_t area) noexcept {
  return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()) +
         static_cast<std::uintptr_t>(area);
}

[[gnu::always_inline]] inline void* pop(std::ptrdiff_t area,
                                        port::ProcessorPlaces places) noexcept {
  void* newest = nullptr;
  std::size_t at = 0;
  std::size_t count = 0;
  asm volatile(TARN_BEGIN_SEQUENCE("mov %[newest], xzr\n")
               "ldr %[at], [%[at]]\n"
               "ldr %w[n], [%[at]]\n"
               "add %[newest], %[at], %[n], lsl #3\n"
               "ldr %[newest], [%[newest], #8]\n"
               "cbz %[newest], 12f\n"
               "sub %w[n], %w[n], #1\n"
               "stlr %w[n], [%[at]]\n"
               TARN_END_SEQUENCE
               : [newest] "=&r"(newest), [at] "=&r"(at), [n] "=&r"(count)
               : [area] "r"(area_at(area)), [places] "r"(places.first),
                 [count] "r"(places.count)
               : "memory", "cc");
  return newest;
}

[[gnu::always_inline]] inline bool push(std::ptrdiff_t area,
                                        port::ProcessorPlaces places,
                                        void* pointer) noexcept {
  std::size_t failed = 0;
  std::size_t at = 0;
  std::size_t count = 0;
  asm volatile(TARN_BEGIN_SEQUENCE("mov %[failed], #1\n")
               "ldr %[at], [%[at]]\n"
               "ldr %w[n], [%[at]]\n"
               "ldr %w[failed], [%[at], #4]\n"
               "cmp %w[n], %w[failed]\n"
               "mov %[failed], #1\n"
               "b.eq 12f\n"
               "add %[failed], %[at], %[n], lsl #3\n"
               "ldr %[failed], [%[failed], #8]\n"
               "cmp %[failed], %[pointer]\n"
               "mov %[failed], #1\n"
               "b.eq 12f\n"
               "add %[failed], %[at], %[n], lsl #3\n"
               "str %[pointer], [%[failed], #16]\n"
               "mov %[failed], xzr\n"
               "add %w[n], %w[n], #1\n"
               "stlr %w[n], [%[at]]\n"
               TARN_END_SEQUENCE
               : [failed] "=&r"(failed), [at] "=&r"(at), [n] "=&r"(count)
               : [area] "r"(area_at(area)), [places] "r"(places.first),
                 [count] "r"(places.count), [pointer] "r"(pointer)
               : "memory", "cc");
  return failed == 0;
}

[[gnu::always_inline]] inline port::ProcessorPlace* withdraw(
    std::ptrdiff_t area, port::ProcessorPlaces places, void* nothing,
    void*& taken) noexcept {
  port::ProcessorPlace* place = nullptr;
  std::size_t at = 0;
  asm volatile(TARN_BEGIN_SEQUENCE("mov %[place], xzr\n")
               "mov %[place], %[at]\n"
               "ldr %[taken], [%[at]]\n"
               "stlr %[nothing], [%[at]]\n"
               TARN_END_SEQUENCE
               : [place] "=&r"(place), [at] "=&r"(at), [taken] "=&r"(taken)
               : [area] "r"(area_at(area)), [places] "r"(places.first),
                 [count] "r"(places.count), [nothing] "r"(nothing)
               : "memory", "cc");
  return place;
}

#undef TARN_BEGIN_SEQUENCE
#undef TARN_END_SEQUENCE

}  // namespace tarn::os
