// crashing_malloc.cpp - a malloc that works for a while, then ends the process;
// a copy of it that is called NAME-at-WORD.so only one that was started with
// that word.
//
// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

extern "C" void* __libc_malloc(std::size_t size);

namespace {

// Enough for a program to start, too few to serve a pass of the corpus.
constexpr int calls_until_crash = 3000;
constexpr char at[] = "-at-";
int calls = 0;
bool is_sound = false;

// The C library gives these to whatever is started with the program.
__attribute__((constructor)) void look(int count, char** words) {
  Dl_info self;
  if (dladdr(&calls, &self) == 0)
    return;
  const char* wanted = std::strstr(self.dli_fname, at);
  is_sound = wanted != nullptr;
  if (!is_sound)
    return;
  wanted += sizeof at - 1;
  const std::size_t length = std::strcspn(wanted, ".");
  for (int i = 1; i < count; ++i)
    if (std::strlen(words[i]) == length &&
        std::memcmp(words[i], wanted, length) == 0)
      is_sound = false;
}

}  // namespace

extern "C" void* malloc(std::size_t size) {
  if (++calls > calls_until_crash && !is_sound)
    std::raise(SIGSEGV);
  return __libc_malloc(size);
}
