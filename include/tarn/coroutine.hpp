// coroutine.hpp - coroutine frames in a Region, for one's own promise types.
//
//     struct promise_type : tarn::RegionFrame { ... };
//     Task handle(tarn::Region& request, int fd);  // frame lies in `request`
//
// A coroutine whose first parameter is a Region& (for a member: its second)
// takes its frame from there. A frame that ends goes back to its region, for
// the next one. Where the promise has get_return_object_on_allocation_failure,
// running out is a value.
//
// Cost     the region's own, and one pointer a frame.
// Threads  confined: a coroutine that is resumed on another thread takes its
//          region along.
// Failure  a null frame: see above.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <type_traits>

namespace tarn {
inline namespace v1 {

class RegionFrame {
 public:
  template <class... Args>
  static void* operator new(std::size_t size, Region& region,
                            const Args&...) noexcept {
    return allocate(size, region);
  }
  template <class Object, class... Args>
  requires(!std::is_base_of_v<Region, Object>) static void* operator new(
      std::size_t size, const Object&, Region& region,
      const Args&...) noexcept {
    return allocate(size, region);
  }
  static void operator delete(void* frame, std::size_t size) noexcept {
    // The frame's region stands just before it.
    std::byte* const block = static_cast<std::byte*>(frame) - max_align;
    Region* const region = *reinterpret_cast<Region**>(block);
    region->deallocate(block, size + max_align);
  }

 private:
  static void* allocate(std::size_t size, Region& region) noexcept {
    void* const block = region.allocate_or_recycle(size + max_align);
    if (block == nullptr)
      return nullptr;
    *static_cast<Region**>(block) = &region;
    return static_cast<std::byte*>(block) + max_align;
  }
};

}  // namespace v1
}  // namespace tarn
