// filter.hpp - a program that reads what we say and writes it, changed, to
// where our errors go.
//
// It is started without fork, whose hooks would run in the middle of a fault,
// and is no child that the program's own wait() could meet.
//
// Cost     a process.
// Threads  confined to who has the turn to report: there is one.
// Failure  false: it is not there, or does not get on; nothing is written then,
//          or what was.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

class Filter {
 public:
  Filter() = default;
  ~Filter() { end(); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  /// Starts the first of the programs, a list that ends in null, that is there,
  /// with one argument, in our environment less what has tarn checked.
  [[nodiscard]] bool start(const char* const* programs,
                           const char* argument) noexcept;
  [[nodiscard]] bool write(const char* text, std::size_t size) noexcept;
  /// Waits until it has written all, some seconds at most.
  void end() noexcept;

 private:
  int to_it_ = -1;
  int process_ = 0;
};

}  // namespace tarn::os
