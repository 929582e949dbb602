// region_detached.hpp - what Region::detach() gives.
//
// The last lines of region.hpp include this; nobody else does.
//
// Threads  confined; it may be moved to another thread.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

namespace tarn {
inline namespace v1 {

/// What Region::detach() gives: owns the contents of a region, can be moved,
/// also to another thread, and ends what it holds when nobody took it over.
class DetachedRegion {
 public:
  DetachedRegion(DetachedRegion&& other) noexcept;
  DetachedRegion& operator=(DetachedRegion&& other) noexcept;
  ~DetachedRegion() = default;

  /// Bytes held.
  [[nodiscard]] std::size_t held() const noexcept { return region_.held(); }

 private:
  friend class Region;
  explicit DetachedRegion(Region& source) noexcept;

  Region region_;
};

}  // namespace v1
}  // namespace tarn
