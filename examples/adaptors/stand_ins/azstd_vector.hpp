// azstd_vector.hpp - of AZStd's vector what an allocator notices. With O3DE:
// #include <AzCore/std/containers/vector.h>.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace AZStd {

template <class T, class Allocator>
class vector {
 public:
  explicit vector(const Allocator& allocator) noexcept
      : allocator_(allocator) {}
  vector(const vector&) = delete;
  vector& operator=(const vector&) = delete;
  ~vector() {
    if constexpr (!Allocator::allow_memory_leaks::value ||
                  !std::is_trivially_destructible_v<T>)
      end();
  }

  void push_back(T value) {
    if (size_ == capacity_)
      grow(capacity_ == 0 ? 4 : capacity_ + capacity_ / 2);
    ::new (static_cast<void*>(first_ + size_++)) T(std::move(value));
  }

  /// Forgets the elements without touching them or the memory.
  void leak_and_reset() noexcept {
    first_ = nullptr;
    size_ = 0;
    capacity_ = 0;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return first_[i]; }

 private:
  void grow(std::size_t capacity) {
    // As AZStd does, it first asks whether the block can grow where it lies.
    const std::size_t bytes = capacity * sizeof(T);
    if (first_ != nullptr && allocator_.resize(first_, bytes) >= bytes) {
      capacity_ = capacity;
      return;
    }
    auto* const first = static_cast<T*>(allocator_.allocate(bytes, alignof(T)));
    const std::size_t size = size_;
    for (std::size_t i = 0; i < size; ++i)
      ::new (static_cast<void*>(first + i)) T(std::move(first_[i]));
    end();
    first_ = first;
    size_ = size;
    capacity_ = capacity;
  }

  void end() noexcept {
    while (size_ != 0)
      first_[--size_].~T();
    if (first_ != nullptr)
      allocator_.deallocate(first_, capacity_ * sizeof(T), alignof(T));
  }

  Allocator allocator_;
  T* first_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace AZStd
