// json_resource.hpp - lets Boost.JSON allocate from a std::pmr resource.
//
// Every block is asked for at the default alignment: Boost.JSON 1.81 names that
// one when it gives back a duplicate key, which it had asked for at 1, and an
// allocator with sized frees must be told the same both times.
//
// Documents in memory that goes all at once are not taken apart at their end:
// Boost.JSON asks the resource's type whether it may skip that.
//
// Cost     one more virtual call than the resource behind it.
// Threads  as the resource behind it.
// Failure  as the resource behind it.
// SPDX-License-Identifier: MIT
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <memory_resource>

namespace tarn::server {

enum class MustFree : bool { no, yes };

template <MustFree must_free>
class JsonResource final : public boost::json::memory_resource {
 public:
  explicit JsonResource(std::pmr::memory_resource* behind) noexcept
      : behind_(behind) {}

 private:
  void* do_allocate(std::size_t size, std::size_t) override {
    return behind_->allocate(size);
  }

  void do_deallocate(void* p, std::size_t size, std::size_t) override {
    behind_->deallocate(p, size);
  }

  bool do_is_equal(
      const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::pmr::memory_resource* behind_;
};

}  // namespace tarn::server

template <>
struct boost::json::is_deallocate_trivial<
    tarn::server::JsonResource<tarn::server::MustFree::no>> : std::true_type {};
