// unreal_array.hpp - of Unreal's TArray what an allocator notices. With Unreal:
// #include "Containers/Array.h".
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <new>
#include <utility>

// For elements that may be moved by copying their bytes, as Unreal demands of
// all.
template <class Element, class Policy>
class TArray {
 public:
  using SizeType = typename Policy::SizeType;

  TArray() = default;
  TArray(TArray&& other) noexcept { take(other); }
  TArray& operator=(TArray&& other) noexcept {
    if (this != &other) {
      Reset();
      take(other);
    }
    return *this;
  }
  ~TArray() { Reset(); }

  void Add(Element element) {
    if (count_ == capacity_) {
      capacity_ =
          allocator_.CalculateSlackGrow(count_ + 1, capacity_, sizeof(Element));
      allocator_.ResizeAllocation(count_, capacity_, sizeof(Element));
    }
    ::new (static_cast<void*>(GetData() + count_++))
        Element(std::move(element));
  }

  void Reset() noexcept {
    while (count_ != 0)
      GetData()[--count_].~Element();
  }

  [[nodiscard]] SizeType Num() const noexcept { return count_; }
  [[nodiscard]] Element* GetData() const noexcept {
    return allocator_.GetAllocation();
  }
  [[nodiscard]] Element& operator[](SizeType i) const noexcept {
    return GetData()[i];
  }

 private:
  void take(TArray& other) noexcept {
    allocator_.MoveToEmpty(other.allocator_);
    count_ = std::exchange(other.count_, 0);
    capacity_ =
        std::exchange(other.capacity_, other.allocator_.GetInitialCapacity());
  }

  typename Policy::template ForElementType<Element> allocator_;
  SizeType count_ = 0;
  SizeType capacity_ = 0;
};
