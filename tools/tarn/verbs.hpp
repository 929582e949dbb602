// verbs.hpp - the words of each verb, and what they ask for.
//
// A verb adds itself with its options to the command; what it returns runs it
// once the words were parsed, and is given those behind the first `--`.
//
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tarn::verbs {

/// The words behind `--`, where there is one. Returns the exit code.
using Program = std::optional<std::vector<std::string>>;
using Verb = std::function<int(const Program& program)>;

[[nodiscard]] Verb add_compare(CLI::App& command);
[[nodiscard]] Verb add_leaks(CLI::App& command);
[[nodiscard]] Verb add_run(CLI::App& command);
[[nodiscard]] Verb add_stats(CLI::App& command);
[[nodiscard]] Verb add_symbolize(CLI::App& command);

/// Says why, and where to read on; returns the exit code for that.
int refuse(const std::string& why, const std::string& verb = "");

}  // namespace tarn::verbs
