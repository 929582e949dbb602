// inside.hpp - tells when two threads are in one region at once.
//
// Handing a region over needs no call, so a thread's number alone proves
// nothing: only a second thread that comes while the first is still inside.
//
// Who is inside is read and written in two steps, as an exchange would take as
// long as all else. Where somebody looks, a thread that is not the last one
// pays for the exchange, waits longer than the two steps of the last one take,
// and looks again (Fischer's timed mutual exclusion; Lamport 1987): if that one
// goes on, it is seen or has written over it.
//
// Cost     a test where nobody looks; else a load and two stores a call.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/thread_number.hpp"
#include "tarn/region.hpp"

#include "base/build.hpp"
#include "port/fault.hpp"
#include "port/region_hooks.hpp"
#include "port/world.hpp"

namespace tarn {
inline namespace v1 {

inline bool Region::is_watched() const noexcept {
  return base::has_checks && held_back_ && watch_ != nullptr;
}

class Region::Inside {
 public:
  explicit Inside(Region& region) noexcept
      : region_(region), looks_(base::is_dev || region.is_watched()) {
    if (looks_)
      enter();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    if (looks_)
      region_.user_.store(former_, std::memory_order_relaxed);
  }

 private:
  void enter() noexcept {
    const std::uint32_t number = detail::own_number();
    const std::uint32_t me = number != 0 ? number : port::thread_index() + 1;
    if (region_.is_watched() &&
        region_.watch_->last_user.load(std::memory_order_relaxed) != me)
        [[unlikely]] {
      former_ = arrive(region_, me);
      return;
    }
    former_ = region_.user_.load(std::memory_order_relaxed);
    region_.user_.store(me, std::memory_order_relaxed);
    if (former_ != 0 && former_ != me) [[unlikely]]
      report(region_, former_, me);
  }

  // Of no object, which can stay in registers then. Gives who was inside.
  static std::uint32_t arrive(Region& region, std::uint32_t me) noexcept;
  static void report(const Region& region, std::uint32_t other,
                     std::uint32_t me) noexcept;

  Region& region_;
  bool looks_;
  std::uint32_t former_ = 0;
};

}  // namespace v1
}  // namespace tarn
