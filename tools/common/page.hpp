// page.hpp - one HTML page with text, plots and tables, which needs no other.
//
// Cost     linear in what is shown.
// Threads  shared.
// Failure  none; what is empty is not shown.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tarn::compare {

/// The whole page around `content`.
[[nodiscard]] std::string page(const std::string& content);

/// `kind`: "verdict", "machine", or "" for plain text.
[[nodiscard]] std::string paragraph(const std::string& text,
                                    const char* kind = "");

/// A title, what it means, plots, and the table they are made from.
[[nodiscard]] std::string section(const char* title, const std::string& meaning,
                                  const std::string& plots,
                                  const std::string& table);

}  // namespace tarn::compare
