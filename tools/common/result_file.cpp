// result_file.cpp - opens first, writes last, and looks whether it arrived.
//
// SPDX-License-Identifier: MIT
#include "common/result_file.hpp"

#include "common/refusal.hpp"
#include "common/words.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <vector>

namespace tarn::compare {

ResultFile::ResultFile(const std::string& path, const char* option)
    : path_(path), option_(option) {
  if (!is_wanted() || is_output())
    return;
  is_new_ = access(path.c_str(), F_OK) != 0;
  // Closed when a program is executed: that is nobody's descriptor but ours.
  file_ = std::fopen(path.c_str(), "ae");
  if (file_ == nullptr)
    throw Refusal(exit_usage, "cannot write " + path + ": " +
                                  std::strerror(errno) +
                                  "; name another file after " + option);
}

ResultFile::~ResultFile() {
  if (file_ == nullptr)
    return;
  std::fclose(file_);
  if (is_new_ && !is_written_)
    unlink(path_.c_str());
}

std::string ResultFile::write(const std::string& text) {
  if (!is_wanted())
    return "";
  std::FILE* const to = is_output() ? stdout : file_;
  is_written_ = true;
  // What cannot be cut, such as a pipe, has nothing that was there before.
  if (!is_output())
    static_cast<void>(ftruncate(fileno(file_), 0) == 0);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), to) == text.size() &&
      std::fflush(to) == 0;
  return written
             ? ""
             : "cannot write all of " + path_ + ": " + std::strerror(errno) +
                   "; make room or name another file after " + option_;
}

void demand_one_output(std::initializer_list<const ResultFile*> files) {
  std::vector<std::string> outputs;
  for (const ResultFile* const one : files)
    if (one->is_output())
      outputs.emplace_back(one->option());
  if (outputs.size() > 1)
    throw Refusal(exit_usage, "standard output can take one of " +
                                  list_of(outputs) +
                                  ": name a file for the others");
}

}  // namespace tarn::compare
