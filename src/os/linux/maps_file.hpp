// maps_file.hpp - /proc/self/maps, read a piece at a time: nothing is
// allocated.
//
// Cost     a system call for each kilobyte.
// Threads  confined; async-signal-safe, but for errno.
// Failure  where there is no /proc, as an empty file.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace tarn::os {

class MapsFile {
 public:
  MapsFile() noexcept : file_(open("/proc/self/maps", O_RDONLY | O_CLOEXEC)) {}
  ~MapsFile() {
    if (is_open())
      close(file_);
  }
  MapsFile(const MapsFile&) = delete;
  MapsFile& operator=(const MapsFile&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return file_ >= 0; }

  /// The next byte; 0 at the end.
  char next() noexcept {
    if (at_ == size_ && !fill())
      return '\0';
    return text_[at_++];
  }

  /// A hexadecimal number and the byte behind it.
  std::uintptr_t next_number(char& behind) noexcept {
    constexpr std::uintptr_t base = 16;
    std::uintptr_t number = 0;
    for (;;) {
      behind = next();
      if (behind >= '0' && behind <= '9')
        number = number * base + static_cast<std::uintptr_t>(behind - '0');
      else if (behind >= 'a' && behind <= 'f')
        number = number * base + static_cast<std::uintptr_t>(behind - 'a') + 10;
      else
        return number;
    }
  }

 private:
  bool fill() noexcept {
    ssize_t got = -1;
    do
      got = is_open() ? read(file_, text_, sizeof text_) : 0;
    while (got < 0 && errno == EINTR);
    at_ = 0;
    size_ = got < 0 ? 0 : static_cast<std::size_t>(got);
    return size_ != 0;
  }

  int file_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  char text_[1024];
};

}  // namespace tarn::os
