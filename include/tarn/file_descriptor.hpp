// file_descriptor.hpp - an open file that a Region can close.
//
//     tarn::FileDescriptor file{open(path, O_RDONLY | O_CLOEXEC)};
//     if (!request.adopt(std::move(file))) return reply(503);  // still ours
//
// Cost     close() at the end.
// Threads  confined.
// Failure  close()'s errors are lost, as with any owner that ends late.
// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>
#include <utility>

namespace tarn {
inline namespace v1 {

class FileDescriptor {
 public:
  /// Owns `number`; a negative one is none.
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (number_ >= 0)
      ::close(number_);
  }

  [[nodiscard]] int get() const noexcept { return number_; }
  /// Gives the number to the caller, who now closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

}  // namespace v1
}  // namespace tarn
