// trap.hpp - an upstream that keeps who asks it inside its region for ever.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include <semaphore>

namespace tarn::test {

/// Its lend() never returns: until the process ends, the thread is inside.
class Trap final : public Upstream {
 public:
  Loan lend(const Ask&) noexcept override {
    entered.release();
    never.acquire();
    return {};
  }
  void take_back(Loan) noexcept override {}

  std::binary_semaphore entered{0};
  std::binary_semaphore never{0};
};

}  // namespace tarn::test
