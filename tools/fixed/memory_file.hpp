// memory_file.hpp - a file for workers that is gone when we are, whatever ends
// us.
//
// Cost     a descriptor, and the memory of what is in it.
// Threads  confined.
// Failure  nobody can open it where the system has no descriptor.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace tarn::compare::fixed {

class MemoryFile {
 public:
  MemoryFile() : number_(memfd_create("tarn-fixed", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (number_ >= 0)
      close(number_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// For other processes too.
  [[nodiscard]] std::string path() const {
    return "/proc/" + std::to_string(getpid()) + "/fd/" +
           std::to_string(number_);
  }

 private:
  int number_;
};

}  // namespace tarn::compare::fixed
