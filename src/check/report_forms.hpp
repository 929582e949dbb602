// report_forms.hpp - a report as text for people and as JSON for machines.
//
// Threads  confined to who has the turn (turn.hpp); async-signal-safe.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/output.hpp"
#include "check/report.hpp"

namespace tarn::check {

/// What stands below the first line, indented by two blanks; at its end, where
/// `has_no_names`, how to get them.
void write_details(Output& out, const Finding& finding, StackId found_by,
                   bool has_no_names) noexcept;

/// The same without who found it.
void write_known(Output& out, const Finding& finding,
                 bool has_no_names) noexcept;

/// The whole as one line, of schema tarn.fault/1.
void write_json(Output& out, const Finding& finding, StackId found_by) noexcept;

/// Lines of memory that a report shows.
inline constexpr std::size_t dump_lines = 4;
inline constexpr std::size_t dump_width = 16;

/// Where the first of them begins: one before that of the damage, or of the
/// place.
[[nodiscard]] const std::byte* dump_begin(const Finding& finding) noexcept;

/// Copies a line. False: nobody can read it.
[[nodiscard]] bool read_line(const std::byte* from,
                             std::byte (&into)[dump_width]) noexcept;

[[nodiscard]] inline bool is_damaged(const Finding& finding,
                                     const std::byte* p) noexcept {
  return finding.damage != nullptr && p >= finding.damage &&
         p < finding.damage + finding.damaged;
}

[[nodiscard]] inline bool is_pointer(const Finding& finding,
                                     const std::byte* p) noexcept {
  const std::byte* const place = finding.holder.place;
  return place != nullptr && p >= place && p < place + sizeof(void*);
}

/// Whether the caller ends the program (AtExit).
[[nodiscard]] bool is_at_exit() noexcept;

/// "overflow": the name of checks.hpp.
[[nodiscard]] const char* name_of(Fault fault) noexcept;

}  // namespace tarn::check
