// file.hpp - files written as a whole or not at all, without allocating.
//
// What is written goes to a file beside the wanted one, which takes its place
// when all of it is there: who reads finds the old text or the new one.
//
// Cost     system calls.
// Threads  confined.
// Failure  why() says it, and nothing has changed at the path.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace tarn::os {

class NewFile {
 public:
  /// Begins one that will be at `path`, which is of at most longest_path bytes.
  explicit NewFile(const char* path) noexcept;
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  static constexpr std::size_t longest_path = 1000;

  void write(const char* text, std::size_t size) noexcept;

  /// Puts it in its place. False: it could not be written.
  [[nodiscard]] bool publish() noexcept;

  /// Drops what another thread of this process has begun for `path`, which it
  /// then cannot publish.
  static void drop_half(const char* path) noexcept;

  /// What went wrong, in the system's words; null: nothing.
  [[nodiscard]] const char* why() const noexcept;

 private:
  void fail() noexcept;
  void drop() noexcept;

  const char* path_;
  int file_ = -1;
  int error_ = 0;
  char beside_[longest_path + 32];
};

/// Writes behind what the file has, which is made where there is none.
/// Async-signal-safe. False: not all of it is there.
[[nodiscard]] bool append(const char* path, const char* text,
                          std::size_t size) noexcept;

/// The first bytes of a file, with a zero behind them. False: there is none.
[[nodiscard]] bool read_start(const char* path, char* text,
                              std::size_t room) noexcept;

}  // namespace tarn::os
