// unreal_allocator.hpp - a Region in the shape that Unreal's containers ask
// for.
//
//     examples::RegionScope scope{frame};          // as FMemMark does
//     TArray<int32, examples::UnrealAllocator> ids;
//
// Unreal's containers make their allocator themselves, without arguments, so
// the region is that of the innermost RegionScope of this thread at the time
// of a container's first growth; the container keeps to it.
//
// Cost     the region's own, and a thread_local at the first growth.
// Threads  confined: containers of a region stay on its thread.
// Failure  Unreal has no answer to it either: growing without a scope, or
//          beyond memory, calls std::abort.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace examples {

/// Containers of this thread that first grow while it lives use `region`.
class RegionScope {
 public:
  explicit RegionScope(tarn::Region& region) noexcept : outer_(current_) {
    current_ = &region;
  }
  RegionScope(const RegionScope&) = delete;
  RegionScope& operator=(const RegionScope&) = delete;
  ~RegionScope() { current_ = outer_; }

  [[nodiscard]] static tarn::Region* current() noexcept { return current_; }

 private:
  static inline thread_local tarn::Region* current_ = nullptr;
  tarn::Region* outer_;
};

class UnrealAllocator {
 public:
  using SizeType = std::int32_t;
  enum { NeedsElementType = true };
  enum { RequireRangeCheck = true };

  template <class Element>
  class ForElementType {
   public:
    ForElementType() = default;
    ForElementType(const ForElementType&) = delete;
    ForElementType& operator=(const ForElementType&) = delete;
    ~ForElementType() { give_up(); }

    void MoveToEmpty(ForElementType& other) noexcept {
      give_up();
      region_ = other.region_;
      data_ = other.data_;
      bytes_ = other.bytes_;
      other.data_ = nullptr;
      other.bytes_ = 0;
    }

    [[nodiscard]] Element* GetAllocation() const noexcept { return data_; }

    // Growing the newest block of a region moves no byte.
    void ResizeAllocation(SizeType, SizeType count, std::size_t element_bytes) {
      if (count == 0)
        return give_up();
      if (region_ == nullptr)
        region_ = RegionScope::current();
      const std::size_t wanted =
          static_cast<std::size_t>(count) * element_bytes;
      void* const block = region_ == nullptr ? nullptr : resized(wanted);
      if (block == nullptr)
        std::abort();
      data_ = static_cast<Element*>(block);
      bytes_ = wanted;
    }

    [[nodiscard]] SizeType CalculateSlackReserve(SizeType count,
                                                 std::size_t) const noexcept {
      return count;
    }
    [[nodiscard]] SizeType CalculateSlackShrink(SizeType, SizeType allocated,
                                                std::size_t) const noexcept {
      return allocated;
    }
    [[nodiscard]] SizeType CalculateSlackGrow(SizeType count, SizeType,
                                              std::size_t) const noexcept {
      return count + count / 2 + 4;
    }
    [[nodiscard]] std::size_t GetAllocatedSize(
        SizeType allocated, std::size_t element_bytes) const noexcept {
      return static_cast<std::size_t>(allocated) * element_bytes;
    }
    [[nodiscard]] bool HasAllocation() const noexcept {
      return data_ != nullptr;
    }
    [[nodiscard]] SizeType GetInitialCapacity() const noexcept { return 0; }

   private:
    void* resized(std::size_t wanted) noexcept {
      return data_ == nullptr
                 ? region_->allocate_or_recycle(wanted, alignof(Element))
                 : region_->grow(data_, bytes_, wanted, alignof(Element));
    }

    void give_up() noexcept {
      if (data_ != nullptr)
        region_->deallocate(data_, bytes_);
      data_ = nullptr;
      bytes_ = 0;
    }

    tarn::Region* region_ = nullptr;
    Element* data_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // NeedsElementType: there is none for elements of unknown type.
  using ForAnyElementType = void;
};

}  // namespace examples
