// What others are told of a region's blocks: the check hooks, where it is held
// back, and the bytes themselves, where they are to be wiped.
#include "tarn/region.hpp"

#include "port/check_hooks.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

void Region::watch_allocate(void* block, std::size_t size) const noexcept {
  const port::CheckHooks* const hooks = port::hooks();
  if (hooks != nullptr)
    hooks->on_allocate(id_, block, size);
}

void Region::watch_deallocate(void* block, std::size_t size) const noexcept {
  const port::CheckHooks* const hooks = port::hooks();
  if (hooks != nullptr)
    hooks->on_deallocate(id_, block, size);
}

// All blocks in [from, to) have ended.
void Region::end_bytes(std::byte* from, std::byte* to) noexcept {
  if (wipe_)
    detail::wipe(from, to);
  if (!held_back_)
    return;
  const port::CheckHooks* const hooks = port::hooks();
  if (hooks != nullptr)
    hooks->on_end(id_, from, detail::bytes_between(from, to));
}

}  // namespace v1
}  // namespace tarn
