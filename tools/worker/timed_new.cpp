// timed_new.cpp - operator new and delete that time the ones behind them.
//
// Linked only into the worker that times calls. Behind them are those of the
// preloaded allocator where it has its own, and the C++ library's otherwise.
//
// SPDX-License-Identifier: MIT
#include "worker/call_clock.hpp"

#include <cstddef>
#include <dlfcn.h>
#include <new>

namespace {

template <class Function>
Function* next(const char* name) noexcept {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

using New = void*(std::size_t);
using Delete = void(void*);
using SizedDelete = void(void*, std::size_t);
// std::pmr::new_delete_resource() names the alignment even of small blocks.
using AlignedNew = void*(std::size_t, std::align_val_t);
using AlignedDelete = void(void*, std::size_t, std::align_val_t);

void* timed_new(std::size_t size) {
  static New* const behind = next<New>("_Znwm");
  return tarn::compare::call_clock.time([size] { return behind(size); });
}

void timed_delete(void* p) noexcept {
  static Delete* const behind = next<Delete>("_ZdlPv");
  tarn::compare::call_clock.time([p] { behind(p); });
}

void timed_delete(void* p, std::size_t size) noexcept {
  static SizedDelete* const behind = next<SizedDelete>("_ZdlPvm");
  tarn::compare::call_clock.time([p, size] { behind(p, size); });
}

void* timed_new(std::size_t size, std::align_val_t align) {
  static AlignedNew* const behind = next<AlignedNew>("_ZnwmSt11align_val_t");
  return tarn::compare::call_clock.time(
      [size, align] { return behind(size, align); });
}

void timed_delete(void* p, std::size_t size, std::align_val_t align) noexcept {
  static AlignedDelete* const behind =
      next<AlignedDelete>("_ZdlPvmSt11align_val_t");
  tarn::compare::call_clock.time([p, size, align] { behind(p, size, align); });
}

}  // namespace

void* operator new(std::size_t size) {
  return timed_new(size);
}
void* operator new[](std::size_t size) {
  return timed_new(size);
}
void operator delete(void* p) noexcept {
  timed_delete(p);
}
void operator delete[](void* p) noexcept {
  timed_delete(p);
}
void operator delete(void* p, std::size_t size) noexcept {
  timed_delete(p, size);
}
void operator delete[](void* p, std::size_t size) noexcept {
  timed_delete(p, size);
}
void* operator new(std::size_t size, std::align_val_t align) {
  return timed_new(size, align);
}
void operator delete(void* p, std::size_t size,
                     std::align_val_t align) noexcept {
  timed_delete(p, size, align);
}
