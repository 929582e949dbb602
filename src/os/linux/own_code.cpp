#include "os/linux/own_code.hpp"

#include "base/text.hpp"

namespace tarn::os {
namespace {

// A distance from where it stands to the beginning of code, and one to its end.
struct Marked {
  std::int32_t begin;
  std::int32_t end;
};

std::uintptr_t target(const std::int32_t& distance) noexcept {
  return reinterpret_cast<std::uintptr_t>(&distance) +
         static_cast<std::uintptr_t>(std::intptr_t{distance});
}

}  // namespace

// Made by the linker.
extern "C" {
extern __attribute__((weak, visibility("hidden")))
const Marked tarn_marked_first __asm__("__start_tarn_text");
extern __attribute__((weak, visibility("hidden")))
const Marked tarn_marked_end __asm__("__stop_tarn_text");
}

namespace {

// As the loader has it, with folders.
bool is_own_library(const char* path) noexcept {
  const char* name = path;
  for (; *path != '\0'; ++path)
    if (*path == '/')
      name = path + 1;
  return base::begins_with(name, "libtarn.so") ||
         base::begins_with(name, "libtarn-malloc.so");
}

}  // namespace

bool is_own_code(std::uintptr_t place, const Module& module) noexcept {
  if (module.name != nullptr && is_own_library(module.name))
    return true;
  for (const Marked* one = &tarn_marked_first; one != &tarn_marked_end; ++one)
    if (place - target(one->begin) < target(one->end) - target(one->begin))
      return true;
  return false;
}

}  // namespace tarn::os
