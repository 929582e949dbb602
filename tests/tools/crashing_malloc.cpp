// crashing_malloc.cpp - a malloc that works for a while, then ends the process.
//
// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstddef>

extern "C" void* __libc_malloc(std::size_t size);

namespace {

// Enough for a program to start, too few to serve a pass of the corpus.
constexpr int calls_until_crash = 3000;
int calls = 0;

}  // namespace

extern "C" void* malloc(std::size_t size) {
  if (++calls > calls_until_crash)
    std::raise(SIGSEGV);
  return __libc_malloc(size);
}
