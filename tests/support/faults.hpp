// faults.hpp - misuse that a test goes on after.
//
// Threads  confined; there is one Faults at a time, which has the fault
// handler.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include <csetjmp>
#include <fcntl.h>
#include <unistd.h>

namespace tarn::test {

/// Has faults go on at a place of the caller's, and say nothing meanwhile.
class Faults {
 public:
  Faults() : error_(dup(STDERR_FILENO)), former_(set_fault_handler(go_on)) {
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDERR_FILENO);
    close(nothing);
  }
  ~Faults() {
    set_fault_handler(former_);
    dup2(error_, STDERR_FILENO);
    close(error_);
  }
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  static inline std::jmp_buf way_out;
  static inline Fault last{};

 private:
  static void go_on(Fault kind, const char*) noexcept {
    last = kind;
    std::longjmp(way_out, 1);
  }

  int error_;
  FaultHandler former_;
};

/// Whether `call` ends in a fault of that kind. What it was about to do it has
/// not done. Requires: a Faults.
template <class Call>
bool is_told(Fault kind, Call call) {
  Faults::last = {};
  if (setjmp(Faults::way_out) != 0)
    return Faults::last == kind;
  call();
  return false;
}

}  // namespace tarn::test
