// error.hpp - errno, as the program left it.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <errno.h>

namespace tarn::os {

/// Puts errno back at the end of a scope.
class KeptError {
 public:
  KeptError() noexcept : before_(errno) {}
  ~KeptError() { errno = before_; }
  KeptError(const KeptError&) = delete;
  KeptError& operator=(const KeptError&) = delete;

 private:
  int before_;
};

}  // namespace tarn::os
