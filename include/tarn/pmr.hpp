// pmr.hpp - the door from a Region to std::pmr.
//
// With this header region.resource() is a std::pmr::memory_resource, and
// make<T>() gives it to every T that takes an allocator:
//
//     tarn::Region request;
//     auto* fields = request.make<std::pmr::vector<Field>>();
//     std::pmr::string line{request.resource()};
//
// A container that grows as the newest block of its region takes its room where
// it stands; one that moves leaves its old place to later containers.
//
// Cost     allocate: a virtual call on top of the region's own.
// Threads  confined, as the region.
// Failure  allocate throws std::bad_alloc, as std::pmr demands.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <memory>
#include <memory_resource>

namespace tarn {
inline namespace v1 {

/// The one resource of a region; only Region::resource() makes it. Two are
/// equal when they are the same one. deallocate() recycles in the region.
class RegionResource final : public std::pmr::memory_resource {
 public:
  RegionResource(const RegionResource&) = delete;
  RegionResource& operator=(const RegionResource&) = delete;

  /// The region that blocks now come from: after a merge the one merged into.
  [[nodiscard]] Region& region() const noexcept { return *region_; }

 private:
  friend class Region;
  explicit RegionResource(Region& region) noexcept : region_(&region) {}

  void* do_allocate(std::size_t size, std::size_t align) override;
  void do_deallocate(void* p, std::size_t size, std::size_t align) override;
  bool do_is_equal(const memory_resource& other) const noexcept override;

  Region* region_;  // a merge writes it anew
};

namespace detail {

template <class T>
struct AllocatorDoor {
  template <class... Args>
  static T* construct(Region& region, void* place, Args&&... args) {
    const std::pmr::polymorphic_allocator<> allocator{region.resource()};
    return std::uninitialized_construct_using_allocator(
        static_cast<T*>(place), allocator, std::forward<Args>(args)...);
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
