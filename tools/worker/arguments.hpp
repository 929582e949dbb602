// arguments.hpp - what a worker is told, and how it says what it measured.
//
// Cost     a printf each.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/histogram.hpp"

#include <cstdio>
#include <string>

namespace tarn::compare {

struct Arguments {
  std::string corpus;
  std::string style;
  std::string mode;
  int amount;
};

/// "key value".
inline void print(const std::string& key, double value) {
  std::printf("%s %.6g\n", key.c_str(), value);
}

/// A line for each of the usual quantiles, in nanoseconds.
inline void print_quantiles(const std::string& of, const Histogram& histogram,
                            double nanoseconds_per_tick) {
  const auto line = [&](const char* name, double value) {
    print(of + "_" + name, value * nanoseconds_per_tick);
  };
  line("p50", histogram.at(0.5));
  line("p90", histogram.at(0.9));
  line("p99", histogram.at(0.99));
  line("p999", histogram.at(0.999));
  line("p9999", histogram.at(0.9999));
  line("max", static_cast<double>(histogram.most()));
}

}  // namespace tarn::compare
