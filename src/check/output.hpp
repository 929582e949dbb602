// output.hpp - where a report goes, in pieces that are written at once.
//
// Cost     a system call each 8 KiB, and at each flush().
// Threads  confined to who has the turn: there is one buffer.
// Failure  what the place does not take is lost.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/text.hpp"
#include "os/filter.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn::check {

class Output {
 public:
  /// To the end of the file at `path`; null, or where that cannot be written:
  /// to standard error.
  explicit Output(const char* path) noexcept : path_(path) {}
  /// Through a program that was started.
  explicit Output(os::Filter& filter) noexcept
      : path_(nullptr), filter_(&filter) {}
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Output& operator<<(const char* text) noexcept;
  Output& operator<<(std::uint64_t number) noexcept;
  Output& operator<<(base::Hex hex) noexcept;
  Output& operator<<(const base::Line& line) noexcept;
  void put(char c) noexcept;

  void flush() noexcept;

 private:
  const char* path_;
  os::Filter* filter_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tarn::check
