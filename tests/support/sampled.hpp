// sampled.hpp - mode `sampled` with every draw a hit, for programs that misuse.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include "check/sampling.hpp"
#include "os/memory.hpp"

#include <cstdint>

namespace tarn::test {

inline void sample_all() {
  set_check_mode(CheckMode::sampled);
  check::set_sampling_budget(1'000'000);
}

// What compilers that see the whole program would leave out.
inline int read(const volatile char* p) {
  return *p;
}
inline void write(volatile char* p) {
  *p = 1;
}

inline bool begins_a_page(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p) % os::page_size() == 0;
}

}  // namespace tarn::test
