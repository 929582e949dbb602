// surroundings.cpp - asks the kernel and the environment.
//
// SPDX-License-Identifier: MIT
#include "common/surroundings.hpp"

#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace tarn::compare {

std::string own_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error)
      .parent_path()
      .string();
}

bool wants_colours() {
  const char* const refused = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0');
}

bool same_file(const std::string& one, const std::string& other) {
  std::error_code error;
  return std::filesystem::equivalent(one, other, error);
}

}  // namespace tarn::compare
