// fault.hpp - the way out when a promise is broken.
//
//     report(Fault::stale_mark, line);
//
// Threads  shared. Async-signal-safe.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include "base/text.hpp"

namespace tarn::port {

/// Writes "tarn: fault: <line>", calls the handler, aborts.
[[noreturn]] void report(Fault fault, const base::Line& line) noexcept;

/// The fault of an alignment that is no power of two, for every pool.
[[noreturn]] void report_bad_alignment(std::size_t align) noexcept;

}  // namespace tarn::port
