// new_site.hpp - a site of pools that no other case of the program has.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/record.hpp"

namespace tarn::test {

inline check::StackId new_site() {
  static check::StackId last = 1'000'000;
  return ++last;
}

}  // namespace tarn::test
