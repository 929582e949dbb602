// eastl_vector.hpp - of EASTL's vector what an allocator notices: what it is
// asked, in which form, and when. With EASTL: #include <EASTL/vector.h>.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace eastl {

// EASTL asks in the long form where an alignment is more than this.
inline constexpr std::size_t allocator_min_alignment = 8;

template <class T, class Allocator>
class vector {
 public:
  explicit vector(const Allocator& allocator) noexcept
      : allocator_(allocator, "EASTL vector") {}
  vector(const vector&) = delete;
  vector& operator=(const vector&) = delete;
  ~vector() {
    clear();
    allocator_.deallocate(first_, capacity_ * sizeof(T));
  }

  void push_back(const T& value) {
    if (size_ == capacity_)
      grow(capacity_ == 0 ? 1 : 2 * capacity_);
    ::new (static_cast<void*>(first_ + size_++)) T(value);
  }

  void clear() noexcept {
    while (size_ != 0)
      first_[--size_].~T();
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T* begin() noexcept { return first_; }
  [[nodiscard]] T* end() noexcept { return first_ + size_; }
  [[nodiscard]] const Allocator& get_allocator() const noexcept {
    return allocator_;
  }

 private:
  void grow(std::size_t capacity) {
    const std::size_t bytes = capacity * sizeof(T);
    auto* const first =
        static_cast<T*>(alignof(T) <= allocator_min_alignment
                            ? allocator_.allocate(bytes)
                            : allocator_.allocate(bytes, alignof(T), 0));
    for (std::size_t i = 0; i < size_; ++i) {
      ::new (static_cast<void*>(first + i)) T(std::move(first_[i]));
      first_[i].~T();
    }
    allocator_.deallocate(first_, capacity_ * sizeof(T));
    first_ = first;
    capacity_ = capacity;
  }

  Allocator allocator_;
  T* first_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace eastl
