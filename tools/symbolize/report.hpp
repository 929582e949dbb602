// report.hpp - a report of a check with the names of functions in it.
//
// A frame is told as `#2 /usr/bin/app+0x11d3 (4be2c01f9a88d310)`, anywhere in a
// line; of it becomes `#2 f(int) at app.c:12, inlined into g() at app.c:20`.
// A person is told less: nothing of what tarn's headers and the C++ library
// had inlined into others, and no line of how the C library began the program
// or thread. In a line of JSON a call is an object with `module`, `offset` and
// `build_id`, which gets `functions` behind them; all are told there.
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
