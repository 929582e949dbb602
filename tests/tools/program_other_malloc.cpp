// program_other_malloc.cpp - a malloc that is the system's under another name:
// preloaded, or linked into a program that then has one of its own.
//
// SPDX-License-Identifier: MIT
#include <cstddef>

extern "C" void* __libc_malloc(std::size_t size);

extern "C" __attribute__((visibility("default"))) void* malloc(
    std::size_t size) {
  return __libc_malloc(size);
}
