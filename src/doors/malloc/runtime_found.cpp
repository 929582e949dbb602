// In a process whose C++ runtime, if any, came after this library or with a
// plugin. Its own operator new does all that is due: it calls malloc, which is
// refused once more, then the new handler, and throws.
#include "doors/malloc/runtime.hpp"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

namespace tarn::malloc_door {
namespace {

constexpr const char* runtimes[] = {"libstdc++.so.6", "libc++abi.so.1",
                                    "libc++.so.1"};

void* in_library(const char* library, const char* name) noexcept {
  void* const handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr)
    return nullptr;
  void* const found = dlsym(handle, name);
  dlclose(handle);
  return found;
}

// What the caller's library sees, which may be local to it or be in it.
void* in_library_of(const void* caller, const char* name) noexcept {
  Dl_info info{};
  if (dladdr(caller, &info) == 0 || info.dli_fname == nullptr)
    return nullptr;
  return in_library(info.dli_fname, name);
}

// The runtime's operator new, which has this name, too.
template <class Function>
Function* find(const char* name, Function* own, const void* caller) noexcept {
  void* const self = reinterpret_cast<void*>(own);
  void* found = dlsym(RTLD_NEXT, name);
  for (const char* const library : runtimes)
    if (found == nullptr || found == self)
      found = in_library(library, name);
  if (found == nullptr || found == self)
    found = in_library_of(caller, name);
  return found == self ? nullptr : reinterpret_cast<Function*>(found);
}

template <class Function>
Function* require(const char* name, Function* own,
                  const void* caller) noexcept {
  if (Function* const found = find(name, own, caller))
    return found;
  std::fputs(
      "tarn: operator new ran out of memory, and there is no C++ runtime to "
      "throw\n",
      stderr);
  std::abort();
}

using Plain = void*(std::size_t);
using Aligned = void*(std::size_t, std::align_val_t);
using PlainOrNull = void*(std::size_t, const std::nothrow_t&);
using AlignedOrNull = void*(std::size_t, std::align_val_t,
                            const std::nothrow_t&);

// The runtime's own object is not there to be linked with, and has no content.
const std::nothrow_t no_throw{};

}  // namespace

void* new_again(std::size_t size, const void* caller) {
  return require<Plain>("_Znwm", ::operator new, caller)(size);
}

void* new_again(std::size_t size, std::align_val_t align, const void* caller) {
  return require<Aligned>("_ZnwmSt11align_val_t", ::operator new, caller)(
      size, align);
}

void* new_again_or_null(std::size_t size, const void* caller) noexcept {
  PlainOrNull* const found =
      find<PlainOrNull>("_ZnwmRKSt9nothrow_t", ::operator new, caller);
  return found != nullptr ? found(size, no_throw) : nullptr;
}

void* new_again_or_null(std::size_t size, std::align_val_t align,
                        const void* caller) noexcept {
  AlignedOrNull* const found = find<AlignedOrNull>(
      "_ZnwmSt11align_val_tRKSt9nothrow_t", ::operator new, caller);
  return found != nullptr ? found(size, align, no_throw) : nullptr;
}

}  // namespace tarn::malloc_door
