// In a program that is linked with its C++ runtime.
#include "doors/malloc/block.hpp"
#include "doors/malloc/runtime.hpp"

namespace tarn::malloc_door {
namespace {

template <class Ask>
void* until_refused(Ask ask) {
  for (;;) {
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr)
      throw std::bad_alloc{};
    handler();
    if (void* const block = ask())
      return block;
  }
}

template <class Ask>
void* or_null(Ask ask) noexcept {
  try {
    return until_refused(ask);
  } catch (...) {
    return nullptr;
  }
}

auto plain(std::size_t size) noexcept {
  return [size] { return allocate(size); };
}

auto aligned(std::size_t size, std::align_val_t align) {
  if (!is_pow2(static_cast<std::size_t>(align)))
    throw std::bad_alloc{};
  return [size, align] {
    return allocate_aligned(size, static_cast<std::size_t>(align));
  };
}

}  // namespace

void* new_again(std::size_t size, const void*) {
  return until_refused(plain(size));
}

void* new_again(std::size_t size, std::align_val_t align, const void*) {
  return until_refused(aligned(size, align));
}

void* new_again_or_null(std::size_t size, const void*) noexcept {
  return or_null(plain(size));
}

void* new_again_or_null(std::size_t size, std::align_val_t align,
                        const void*) noexcept {
  return is_pow2(static_cast<std::size_t>(align))
             ? or_null(aligned(size, align))
             : nullptr;
}

}  // namespace tarn::malloc_door
