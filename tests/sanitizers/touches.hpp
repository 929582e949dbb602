// touches.hpp - single bytes that are touched, which no compiler foresees.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <unistd.h>

namespace {

constexpr std::size_t odd = 13;

// The compiler is not to know which byte it is.
volatile std::size_t the_offset;
volatile char the_value;

[[gnu::noinline]] void write_at(char* block, std::size_t offset) {
  the_offset = offset;
  block[the_offset] = 'x';
}

[[gnu::noinline]] void read_at(const char* block, std::size_t offset) {
  the_offset = offset;
  the_value = block[the_offset];
}

// A choice is what memcheck looks at.
[[gnu::noinline]] void choose_by(const char* block, std::size_t offset) {
  the_offset = offset;
  if (block[the_offset] == 'x')
    (void)!write(STDERR_FILENO, "", 0);
}

// Somebody's, whatever pool it is lent to.
alignas(64) char the_buffer[64 * 1024];

}  // namespace
