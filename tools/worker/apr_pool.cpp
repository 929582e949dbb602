// apr_pool.cpp - finds the four functions of libapr-1 that are needed.
//
// SPDX-License-Identifier: MIT
#include "worker/apr_pool.hpp"

#include <cstdint>
#include <dlfcn.h>
#include <new>
#include <stdexcept>

namespace tarn::compare {
namespace {

// APR aligns its blocks to this.
constexpr std::size_t apr_align = 8;

template <class Function>
Function* find(void* library, const char* name) {
  void* const symbol = library == nullptr ? nullptr : dlsym(library, name);
  if (symbol == nullptr)
    throw std::runtime_error("no libapr-1.so.0 (Debian: libapr1)");
  return reinterpret_cast<Function*>(symbol);
}

}  // namespace

AprPool::AprPool() {
  using Create = int(Pool**, Pool*, int (*)(int), void*);
  void* const library = dlopen("libapr-1.so.0", RTLD_NOW);
  auto* const initialize = find<int()>(library, "apr_initialize");
  auto* const create = find<Create>(library, "apr_pool_create_ex");
  palloc_ = find<void*(Pool*, std::size_t)>(library, "apr_palloc");
  clear_ = find<void(Pool*)>(library, "apr_pool_clear");
  if (initialize() != 0 || create(&pool_, nullptr, nullptr, nullptr) != 0)
    throw std::runtime_error("libapr-1 does not start");
}

void* AprPool::do_allocate(std::size_t size, std::size_t align) {
  const std::size_t gap = align > apr_align ? align - apr_align : 0;
  void* const block = palloc_(pool_, size + gap);
  if (block == nullptr)
    throw std::bad_alloc();
  if (gap == 0)
    return block;
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  return reinterpret_cast<void*>((address + align - 1) & ~(align - 1));
}

}  // namespace tarn::compare
