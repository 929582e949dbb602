// inside.hpp - tells when two threads are in one region at once.
//
// Handing a region over needs no call, so a thread's number alone proves
// nothing: only a second thread that comes while the first is still inside.
//
// Cost     nothing in a library that is not the dev one; there two relaxed
//          exchanges a call.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include "base/build.hpp"
#include "port/fault.hpp"
#include "port/world.hpp"

namespace tarn {
inline namespace v1 {

class Region::Inside {
 public:
  explicit Inside(Region& region) noexcept : region_(region) {
    if constexpr (base::is_dev) {
      const std::uint32_t me = port::thread_index() + 1;
      former_ = region_.user_.exchange(me, std::memory_order_relaxed);
      if (former_ != 0 && former_ != me)
        report(me);
    }
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    if constexpr (base::is_dev)
      region_.user_.store(former_, std::memory_order_relaxed);
  }

 private:
  [[noreturn]] void report(std::uint32_t me) const noexcept {
    base::Line line;
    line << "region '" << region_.name() << "' is confined: thread "
         << former_ - 1 << " is inside, thread " << me - 1 << " came";
    port::report(Fault::confined, line);
  }

  Region& region_;
  std::uint32_t former_ = 0;
};

}  // namespace v1
}  // namespace tarn
