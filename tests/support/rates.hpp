// rates.hpp - how many a second a simulated site makes, over two hours, and how
// often such a simulation is run.
#pragma once

#include "base/build.hpp"

namespace tarn::test {

// A sanitizer has seen all there is to see in few.
inline constexpr unsigned runs = base::is_instrumented ? 2 : 20;

inline double steady(double) {
  return 5;
}
inline double cyclic(double at) {
  return 5 + 4 * __builtin_sin(at / 1200 * 6.2832);
}
inline double growing(double at) {
  return 2 + at / 720;
}

}  // namespace tarn::test
