// served.hpp - who gave a block: asked of tarn, if it is in the process.
#pragma once

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

/// A function of the process by its name, as the loader finds it.
template <class Function>
Function* named(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

/// Whether `p` is a block of tarn's default heap.
inline bool is_served(const void* p) {
  using Describe = std::size_t(const void*, char*, std::size_t);
  static auto* const shared = named<Describe>("tarn_describe");
  static auto* const describe =
      shared != nullptr ? shared : named<Describe>("tarn_describe_linked");
  if (describe == nullptr)
    return false;
  char text[200] = "";
  describe(p, text, sizeof text);
  return std::strstr(text, "of the heap") != nullptr;
}

/// Keeps the compiler from knowing where a block came from.
template <class T>
T* hidden(T* p) {
  asm volatile("" : "+r"(p));
  return p;
}
inline std::size_t hidden(std::size_t n) {
  asm volatile("" : "+r"(n));
  return n;
}
