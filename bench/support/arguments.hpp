// arguments.hpp - `--name value` on the command line.
//
// Failure  a wrong argument ends the program with a sentence.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace tarn::bench {

[[noreturn]] inline void stop(const std::string& sentence) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::exit(2);
}

class Arguments {
 public:
  Arguments(int count, char** values) : count_(count), values_(values) {}

  /// What follows `name`, or `otherwise` where it is not given.
  [[nodiscard]] std::string text(std::string_view name,
                                 std::string otherwise) const {
    for (int i = 1; i + 1 < count_; ++i)
      if (name == values_[i])
        return values_[i + 1];
    return otherwise;
  }

  [[nodiscard]] std::size_t number(std::string_view name,
                                   std::size_t otherwise) const {
    const std::string given = text(name, "");
    if (given.empty())
      return otherwise;
    char* rest = nullptr;
    const unsigned long long value = std::strtoull(given.c_str(), &rest, 10);
    if (*rest != '\0')
      stop(std::string{name} + " needs a number, not " + given);
    return value;
  }

  [[nodiscard]] bool has(std::string_view name) const {
    for (int i = 1; i < count_; ++i)
      if (name == values_[i])
        return true;
    return false;
  }

 private:
  int count_;
  char** values_;
};

}  // namespace tarn::bench
