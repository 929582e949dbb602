// result_file.hpp - a file that is written at the end and made at once, so that
// nobody waits for figures that cannot be kept. One that was there keeps what
// it has until then; one that was not, and is never written, is taken away
// again.
//
// Cost     a file.
// Threads  confined.
// Failure  a Refusal when it cannot be made; write() says why it could not.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>

namespace tarn::compare {

class ResultFile {
 public:
  /// `path`: "" for none, "-" for the output. `option`: what named it.
  ResultFile(const std::string& path, const char* option);
  ~ResultFile();
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;

  /// Whether tables would be in its way.
  [[nodiscard]] bool is_output() const noexcept { return path_ == "-"; }

  [[nodiscard]] bool is_wanted() const noexcept { return !path_.empty(); }

  [[nodiscard]] const char* option() const noexcept { return option_; }

  /// "", or a sentence.
  [[nodiscard]] std::string write(const std::string& text);

 private:
  std::string path_;
  const char* option_;
  std::FILE* file_ = nullptr;
  bool is_new_ = false;
  bool is_written_ = false;
};

/// A Refusal when more than one of them would be the output.
void demand_one_output(std::initializer_list<const ResultFile*> files);

}  // namespace tarn::compare
