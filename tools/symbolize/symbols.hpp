// symbols.hpp - functions, files and lines of places in programs that need not
// run, by elfutils' libdw.
//
// Debug information in a file of its own is found where the system keeps such
// files (/usr/lib/debug, by build id or by name), never over a network.
//
// Cost     a file is read once, some milliseconds to some seconds for it.
// Threads  confined.
// Failure  a place has no calls, and a reason.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tarn::symbolize {

struct Call {
  std::string function;  ///< "" where the file does not say
  std::string file;      ///< "" where it does not say
  int line = 0;          ///< 0: not known
};

struct Calls {
  /// The innermost first: those behind it were made one with it by a compiler.
  std::vector<Call> calls;
  std::string reason;  ///< why there are none
};

class Symbols {
 public:
  Symbols();
  ~Symbols();

  /// What is at `place`, an address of the file at `path`. The file must begin
  /// its build id with `build_id`, hexadecimal; "" for a file that has none.
  [[nodiscard]] Calls at(const std::string& path, std::uint64_t place,
                         const std::string& build_id);

  /// Whether this build can tell anything; else why not.
  [[nodiscard]] static std::string why_not();

 private:
  class File;
  std::map<std::string, std::unique_ptr<File>> files_;
};

}  // namespace tarn::symbolize
