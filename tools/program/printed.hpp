// printed.hpp - a comparison as the text that a terminal gets.
//
// Cost     linear.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "program/results.hpp"

#include <string>

namespace tarn::program {

/// Heading, tables, and the verdict.
[[nodiscard]] std::string printed(const Results& results, bool colours);

/// The tables alone.
[[nodiscard]] std::string tables_of(const Results& results, bool colours);

/// What to know before one believes them; "" for nothing.
[[nodiscard]] std::string remarks_of(const Results& results);

}  // namespace tarn::program
