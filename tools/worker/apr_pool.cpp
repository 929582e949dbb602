// apr_pool.cpp - finds the functions of libapr-1 that are needed.
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
void find(Function*& function, void* library, const char* name) {
  void* const symbol = library == nullptr ? nullptr : dlsym(library, name);
  if (symbol == nullptr)
    throw std::runtime_error("no libapr-1.so.0 (Debian: libapr1)");
  function = reinterpret_cast<Function*>(symbol);
}

AprLibrary open_library() {
  void* const library = dlopen("libapr-1.so.0", RTLD_NOW);
  int (*initialize)() = nullptr;
  find(initialize, library, "apr_initialize");
  AprLibrary found{};
  find(found.create, library, "apr_pool_create_ex");
  find(found.palloc, library, "apr_palloc");
  find(found.clear, library, "apr_pool_clear");
  find(found.destroy, library, "apr_pool_destroy");
  if (initialize() != 0)
    throw std::runtime_error("libapr-1 does not start");
  return found;
}

}  // namespace

const AprLibrary& AprLibrary::get() {
  static const AprLibrary library = open_library();
  return library;
}

AprPool::AprPool() : pool_(library_.make()) {
  if (pool_ == nullptr)
    throw std::runtime_error("libapr-1 makes no pool");
}

void* AprPool::do_allocate(std::size_t size, std::size_t align) {
  void* const block = allocate_block(size, align);
  if (block == nullptr)
    throw std::bad_alloc();
  return block;
}

void* AprPool::allocate_block(std::size_t size, std::size_t align) noexcept {
  const std::size_t gap = align > apr_align ? align - apr_align : 0;
  void* const block = library_.palloc(pool_, size + gap);
  if (block == nullptr || gap == 0)
    return block;
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  return reinterpret_cast<void*>((address + align - 1) & ~(align - 1));
}

}  // namespace tarn::compare
