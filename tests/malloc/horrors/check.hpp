// check.hpp - for programs that must not need a framework to fail.
#pragma once

#include "malloc/served.hpp"

#include <cstdio>

inline void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::abort();
}
