// The last words of a program: one write, then SIGABRT.
#include "port/world.hpp"

#include <cstdlib>
#include <errno.h>
#include <unistd.h>

namespace tarn::port {

void write_error(const char* text, std::size_t size) noexcept {
  const int before = errno;
  while (size != 0) {
    const ssize_t written = write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
  errno = before;
}

void abort() noexcept {
  std::abort();
}

}  // namespace tarn::port
