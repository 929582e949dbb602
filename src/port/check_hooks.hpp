// check_hooks.hpp - the seam through which pools are watched.
//
// A pool that is held back hands its fast path nothing to be fast with, so that
// every call takes the slow path, where these hooks are. Slow paths ask
// `holds_back` when a pool starts anew; fast paths never look here.
//
// Cost     one load of a pointer per reset or first chunk while none is set.
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include <atomic>

namespace tarn::port {

struct CheckHooks {
  /// Whether the pool is to be watched from now on.
  bool (*holds_back)(PoolKind kind, std::uint32_t pool) noexcept;
  void (*on_allocate)(std::uint32_t pool, void* block,
                      std::size_t size) noexcept;
  void (*on_deallocate)(std::uint32_t pool, void* block,
                        std::size_t size) noexcept;
  /// All blocks in [memory, memory + size) have ended.
  void (*on_end)(std::uint32_t pool, void* memory, std::size_t size) noexcept;
};

// Written once by whoever checks, before or between uses of the pools; read by
// slow paths. Pairs: release in the writer with acquire here.
inline constinit std::atomic<const CheckHooks*> check_hooks{nullptr};

[[nodiscard]] inline const CheckHooks* hooks() noexcept {
  return check_hooks.load(std::memory_order_acquire);
}

}  // namespace tarn::port
