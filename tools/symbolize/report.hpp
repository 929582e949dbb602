// report.hpp - a report of a check with the names of functions in it.
//
// A frame is told as `#2 /usr/bin/app+0x11d3 (4be2c01f9a88d310)`, anywhere in a
// line; of it becomes `#2 f(int) at app.c:12, inlined into g() at app.c:20`.
// What is inlined of tarn or the C++ library is not told where it was put into a
// function of others. All else stays as it is, but for the calls by which the C library began the
// program or thread: their lines are left out. In a line of JSON a call is an
// object with `module`, `offset` and `build_id`, which gets `functions` behind
// them.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "symbolize/symbols.hpp"

#include <optional>
#include <string>

namespace tarn::symbolize {

/// The line, without its end, with names; nothing: it is to be left out.
[[nodiscard]] std::optional<std::string> with_names(const std::string& line,
                                                    Symbols& symbols);

}  // namespace tarn::symbolize
