// pool_kind.hpp - what each kind of pool is called.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

namespace tarn::port {

[[nodiscard]] constexpr const char* noun_of(PoolKind kind) noexcept {
  switch (kind) {
    case PoolKind::region:
      return "region";
    case PoolKind::object_pool:
      return "object pool";
    case PoolKind::heap:
      return "heap";
    case PoolKind::fixed:
      return "fixed heap";
    case PoolKind::none:
    case PoolKind::tool:
      break;
  }
  return "pool";
}

}  // namespace tarn::port
