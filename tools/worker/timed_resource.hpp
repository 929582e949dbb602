// timed_resource.hpp - a memory_resource that times the one behind it.
//
// Cost     as call_clock.hpp says.
// Threads  confined.
// Failure  as the resource behind it.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/call_clock.hpp"

#include <memory_resource>

namespace tarn::compare {

class TimedResource final : public std::pmr::memory_resource {
 public:
  explicit TimedResource(std::pmr::memory_resource* behind) noexcept
      : behind_(behind) {}

 private:
  void* do_allocate(std::size_t size, std::size_t align) override {
    return call_clock.time(
        [this, size, align] { return behind_->allocate(size, align); });
  }

  void do_deallocate(void* p, std::size_t size, std::size_t align) override {
    call_clock.time(
        [this, p, size, align] { behind_->deallocate(p, size, align); });
  }

  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::pmr::memory_resource* behind_;
};

}  // namespace tarn::compare
