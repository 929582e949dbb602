// eastl_allocator.hpp - a Region in the shape that EASTL's containers ask for.
//
//     eastl::vector<int, examples::EastlAllocator> ids{
//         examples::EastlAllocator{frame}};
//
// Cost     the region's own.
// Threads  confined, as the region.
// Failure  nullptr, which EASTL's containers do not test for: give the region
//          {.on_exhausted = tarn::abort_when_exhausted}, or reserve() first.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <cstddef>
#include <cstdint>

namespace examples {

class EastlAllocator {
 public:
  EastlAllocator(tarn::Region& region, const char* = nullptr) noexcept
      : region_(&region) {}
  // EASTL names containers by copying their allocator with a name. The name of
  // what is in a region is the region's.
  EastlAllocator(const EastlAllocator& other, const char*) noexcept
      : region_(other.region_) {}

  void* allocate(std::size_t size, int = 0) noexcept {
    return region_->allocate(size);
  }

  // The byte at `offset` is the one that EASTL wants aligned.
  void* allocate(std::size_t size, std::size_t align, std::size_t offset,
                 int = 0) noexcept {
    const std::size_t lead = (align - offset % align) % align;
    auto* const block =
        static_cast<std::byte*>(region_->allocate(size + lead, align));
    return block == nullptr ? nullptr : block + lead;
  }

  void deallocate(void* p, std::size_t size) noexcept {
    region_->deallocate(p, size);
  }

  [[nodiscard]] const char* get_name() const noexcept {
    return region_->name();
  }
  void set_name(const char*) noexcept {}

  [[nodiscard]] tarn::Region& region() const noexcept { return *region_; }

 private:
  tarn::Region* region_;
};

inline bool operator==(const EastlAllocator& a,
                       const EastlAllocator& b) noexcept {
  return &a.region() == &b.region();
}
inline bool operator!=(const EastlAllocator& a,
                       const EastlAllocator& b) noexcept {
  return !(a == b);
}

}  // namespace examples
