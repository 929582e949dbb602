#include "check/live_blocks.hpp"

#include "os/malloc_block.hpp"

#include <atomic>

namespace tarn::check {
namespace {

constexpr unsigned most_sources = 8;

// Each place is written once, by who took it; the release pairs with the
// acquire of whoever asks.
constinit std::atomic<TellBlocks> sources[most_sources] = {};

}  // namespace

bool add_source_of_blocks(TellBlocks source) noexcept {
  for (std::atomic<TellBlocks>& place : sources) {
    TellBlocks there = nullptr;
    if (place.compare_exchange_strong(there, source,
                                      std::memory_order_acq_rel) ||
        there == source)
      return true;
  }
  return false;
}

void for_each_live_block(LookAtBlock look, void* context) noexcept {
  for (std::atomic<TellBlocks>& place : sources)
    if (const TellBlocks tell = place.load(std::memory_order_acquire))
      tell(look, context);
}

void tell_handle(LookAtBlock look, void* context, const void* object,
                 std::size_t size, PoolNumber pool) noexcept {
  if (os::is_block_of_malloc(object, size))
    look(context, {static_cast<const std::byte*>(object), size, pool, nullptr,
                   true, false});
}

void for_each_handle(LookAtBlock look, void* context) noexcept {
  tell_region_handles(look, context);
  tell_object_handles(look, context);
}

}  // namespace tarn::check
