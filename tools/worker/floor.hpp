// floor.hpp - starts the bumping malloc over between requests.
//
// Over any other malloc it does nothing.
//
// Cost     a test a request; an indirect call over the floor.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <dlfcn.h>

namespace tarn::compare {

class Floor {
 public:
  /// From here on restart() comes back to this moment.
  static void mark() noexcept {
    if (auto* const act = find("tarn_malloc_floor_mark"))
      act();
  }

  void restart() const noexcept {
    if (restart_ != nullptr)
      restart_();
  }

 private:
  using Act = void();

  static Act* find(const char* name) noexcept {
    return reinterpret_cast<Act*>(dlsym(RTLD_DEFAULT, name));
  }

  Act* restart_ = find("tarn_malloc_floor_restart");
};

}  // namespace tarn::compare
