// azstd_allocator.hpp - a Region in the shape that AZStd's containers ask for
// (O3DE).
//
//     AZStd::vector<int, examples::AzStdAllocator> ids{
//         examples::AzStdAllocator{&frame}};
//
// Cost     the region's own.
// Threads  confined, as the region.
// Failure  nullptr; as with EASTL, see to it that it does not come to that.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <cstddef>
#include <type_traits>

namespace examples {

class AzStdAllocator {
 public:
  using pointer_type = void*;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  // Containers may forget their memory instead of giving it back block by
  // block: the region ends it. In O3DE this is AZStd::true_type.
  using allow_memory_leaks = std::true_type;

  explicit AzStdAllocator(tarn::Region* region) noexcept : region_(region) {}
  AzStdAllocator(const AzStdAllocator& other, const char*) noexcept
      : region_(other.region_) {}

  pointer_type allocate(size_type size, size_type align, int = 0) noexcept {
    return region_->allocate(size, align);
  }

  void deallocate(pointer_type p, size_type size, size_type) noexcept {
    region_->deallocate(p, size);
  }

  // AZStd does not say how large the block is now, and a region keeps no size
  // for it, so it cannot be resized where it lies. 0 says so.
  size_type resize(pointer_type, size_type) noexcept { return 0; }

  [[nodiscard]] const char* get_name() const noexcept {
    return region_->name();
  }
  void set_name(const char*) noexcept {}

  [[nodiscard]] size_type get_max_size() const noexcept {
    return tarn::no_limit / 2;
  }
  [[nodiscard]] size_type get_allocated_size() const noexcept {
    return region_->held();
  }

  [[nodiscard]] tarn::Region* region() const noexcept { return region_; }

 private:
  tarn::Region* region_;
};

inline bool operator==(const AzStdAllocator& a,
                       const AzStdAllocator& b) noexcept {
  return a.region() == b.region();
}
inline bool operator!=(const AzStdAllocator& a,
                       const AzStdAllocator& b) noexcept {
  return !(a == b);
}

}  // namespace examples
