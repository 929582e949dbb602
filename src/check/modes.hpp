// modes.hpp - which mode of checking holds, and what else TARN_CHECK says.
//
//     TARN_CHECK=full,page,log
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include <cstdint>

namespace tarn::check {

/// Words of TARN_CHECK behind the mode; modes.cpp has their texts.
struct Settings {
  bool page = false;        ///< with full: each block in pages of its own
  bool log = false;         ///< faults are told and the program goes on
  bool symbols = false;     ///< reports name functions and lines in place
  bool json = false;        ///< reports are JSON objects, a line each
  bool escape_all = false;  ///< every region that ends is searched for
  bool leaks = false;       ///< forgotten blocks are faults, not counted only
  bool no_exit = false;     ///< nothing is looked at when the program ends
  /// Where reports go, by `report=`; null: to standard error.
  const char* report_path = nullptr;
  /// With sampled: millionths of the time, by `budget=` in percent; `every`
  /// guards all that it can, for tests.
  std::uint32_t budget = 5'000;
};
[[nodiscard]] const Settings& settings() noexcept;

/// Reads TARN_CHECK, once. Called by whoever asks the system for memory first,
/// and before main.
void begin() noexcept;

}  // namespace tarn::check
