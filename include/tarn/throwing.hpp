// throwing.hpp - a view of a Region whose calls throw instead of running out.
//
//     auto r = tarn::throwing(request);
//     auto* line = r.make<RequestLine>(bytes);  // never null
//
// Cost     one test a call on top of the region's.
// Threads  confined, as the region.
// Failure  std::bad_alloc, the region is as before.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <new>

namespace tarn {
inline namespace v1 {

class ThrowingRegion {
 public:
  explicit ThrowingRegion(Region& region) noexcept : region_(region) {}

  [[nodiscard]] void* allocate(std::size_t size,
                               std::size_t align = max_align) {
    return not_null(region_.allocate(size, align));
  }
  [[nodiscard]] void* allocate_zeroed(std::size_t size,
                                      std::size_t align = max_align) {
    return not_null(region_.allocate_zeroed(size, align));
  }
  [[nodiscard]] void* grow(void* p, std::size_t size, std::size_t wanted,
                           std::size_t align = max_align) {
    return not_null(region_.grow(p, size, wanted, align));
  }
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return not_null(region_.make<T>(std::forward<Args>(args)...));
  }
  template <class T>
  [[nodiscard]] T* make_array(std::size_t count) {
    return not_null(region_.make_array<T>(count));
  }
  [[nodiscard]] Region* make_child(const RegionOptions& options = {}) {
    return not_null(region_.make_child(options));
  }
  template <class Text>
  [[nodiscard]] auto copy(const Text& text) {
    const auto result = region_.copy(text);
    not_null(result.data());
    return result;
  }
  template <class... Parts>
  [[nodiscard]] auto concat(const Parts&... parts) {
    const auto result = region_.concat(parts...);
    not_null(result.data());
    return result;
  }
  void on_reset(Region::Cleanup cleanup, void* context) {
    if (!region_.on_reset(cleanup, context))
      throw std::bad_alloc{};
  }
  template <class Owner>
  void adopt(Owner&& owner) {
    if (!region_.adopt(std::forward<Owner>(owner)))
      throw std::bad_alloc{};
  }
  void reserve(std::size_t bytes) {
    if (!region_.reserve(bytes))
      throw std::bad_alloc{};
  }
  [[nodiscard]] Mark mark() {
    const Mark mark = region_.mark();
    if (!mark)
      throw std::bad_alloc{};
    return mark;
  }

 private:
  template <class T>
  static T* not_null(T* p) {
    if (p == nullptr) [[unlikely]]
      throw std::bad_alloc{};
    return p;
  }

  Region& region_;
};

[[nodiscard]] inline ThrowingRegion throwing(Region& region) noexcept {
  return ThrowingRegion{region};
}

}  // namespace v1
}  // namespace tarn
