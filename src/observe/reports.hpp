// reports.hpp - statistics to a file, again and again, and a summary at the
// end.
//
// A thread of its own writes them, so that no call of the program does. It
// sleeps in between, and a child after fork starts one of its own.
//
// Cost     of a report: a snapshot and a small file.
// Threads  shared.
// Failure  a sentence on standard error, once.
// SPDX-License-Identifier: MIT
#pragma once

#include "observe/options.hpp"

namespace tarn::observe {

struct Reports {
  const char* path = nullptr;  ///< null: no file. `%p` stands for the process
  std::uint64_t interval = 0;  ///< seconds
  Wanted summary;
};

/// Starts the thread. What `reports` points to stays.
void start_reports(const Reports& reports) noexcept;

/// In a child after fork: the thread that stayed behind.
void revive_reports() noexcept;

}  // namespace tarn::observe
