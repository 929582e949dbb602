// case_in_child.hpp - a test case in a process of its own: what a process
// obeys, it reads once.
//
//     errors_of("TARN_LIMIT=6M,5M", "a block is had") == "holds\n"
//
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>

namespace tarn::test {

/// What the case says on standard error under these variables, and `holds` if
/// it does. `self` is the program that has the case.
inline std::string errors_of(
    const std::string& variables, const std::string& test_case,
    const std::string& self = std::filesystem::read_symlink("/proc/self/exe")) {
  // ThreadSanitizer refuses threads in children otherwise.
  const std::string command =
      "env TSAN_OPTIONS=\"$TSAN_OPTIONS die_after_fork=0\" " + variables +
      " '" + self + "' --no-skip --test-case='" + test_case +
      "*' 2>&1 >/dev/null && echo holds";
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;)
    text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

}  // namespace tarn::test
