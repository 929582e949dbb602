// subject.hpp - a heap as an adversary sees it: it asks for granules and is
// told where they are.
//
// Cost     a virtual call.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/memory.hpp"

#include <cstdint>

namespace tarn::compare::fixed {

class Subject {
 public:
  static constexpr std::uint32_t refused = ~std::uint32_t{0};

  virtual ~Subject() = default;

  /// Begins anew, with so many granules.
  virtual void begin(std::uint32_t granules) = 0;

  /// The first granule of a block that has so many with its head, or `refused`.
  [[nodiscard]] virtual std::uint32_t place(std::uint32_t granules) = 0;

  /// Ends the block that begins there.
  virtual void remove(std::uint32_t first) = 0;

  /// Granules that a block of so many takes in fact.
  [[nodiscard]] virtual std::uint32_t taken_by(std::uint32_t granules) = 0;
};

template <class OneFit>
class FitSubject final : public Subject {
 public:
  /// For heaps of at most so many granules.
  explicit FitSubject(std::size_t most)
      // As much again for what lies beside them is more than any fit has.
      : memory_(most * granule * 2 + 65536), head_(memory_.head()) {}

  void begin(std::uint32_t granules) override {
    memory_.begin_with(granules);
    first_ = nullptr;
  }

  std::uint32_t place(std::uint32_t granules) override {
    void* const p = memory_.allocate(granules * granule - head_);
    if (p == nullptr)
      return refused;
    if (first_ == nullptr)
      first_ = head_ == 0 ? memory_.begin() : static_cast<std::byte*>(p);
    return static_cast<std::uint32_t>((address(p) - address(first_)) / granule);
  }

  void remove(std::uint32_t first) override {
    memory_.deallocate(first_ + std::size_t{first} * granule);
  }

  std::uint32_t taken_by(std::uint32_t granules) override {
    const std::size_t before = memory_.taken();
    void* const p = memory_.allocate(granules * granule - head_);
    const std::size_t after = memory_.taken();
    memory_.deallocate(p);
    return static_cast<std::uint32_t>((after - before) / granule);
  }

 private:
  static std::uintptr_t address(const void* p) {
    return reinterpret_cast<std::uintptr_t>(p);
  }

  FitMemory<OneFit> memory_;
  std::size_t head_;
  // Where blocks begin: without heads with the buffer, else with the first
  // block, since an empty heap is one fragment.
  std::byte* first_ = nullptr;
};

}  // namespace tarn::compare::fixed
