// crashing_malloc.cpp - a malloc that works for a while, then ends the process;
// with TARN_TEST_CRASH=WORD only in one that was started with that word.
//
// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>

extern "C" void* __libc_malloc(std::size_t size);

namespace {

// Enough for a program to start, too few to serve a pass of the corpus.
constexpr int calls_until_crash = 3000;
int calls = 0;
bool is_sound = false;

// The C library gives these to whatever is started with the program.
__attribute__((constructor)) void look(int count, char** words) {
  const char* const wanted = std::getenv("TARN_TEST_CRASH");
  is_sound = wanted != nullptr;
  for (int i = 1; i < count; ++i)
    if (is_sound && std::strcmp(words[i], wanted) == 0)
      is_sound = false;
}

}  // namespace

extern "C" void* malloc(std::size_t size) {
  if (++calls > calls_until_crash && !is_sound)
    std::raise(SIGSEGV);
  return __libc_malloc(size);
}
