// inspection.hpp - can this program be given another malloc?
//
// Another malloc is given by LD_PRELOAD, which the dynamic linker reads: so the
// program, or what interprets it, must have one, must not run with the rights
// of somebody else, and must not have a malloc of its own, which goes before.
//
// Cost     reads the file once.
// Threads  confined.
// Failure  a Refusal: there is no such program, or nothing could be compared.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tarn::program {

struct Inspected {
  std::string path;                  ///< what is to be executed
  std::vector<std::string> remarks;  ///< sentences to know before it runs
};

/// `word` as a shell would take it: a path, or a name to be found in PATH.
[[nodiscard]] Inspected inspect(const std::string& word);

/// The path of the program that a shell would take for `word`.
[[nodiscard]] std::string find_program(const std::string& word);

/// Why the program at a path would keep the malloc that it has, as half a
/// sentence; "": it would not.
[[nodiscard]] std::string why_not(const std::string& path);

}  // namespace tarn::program
