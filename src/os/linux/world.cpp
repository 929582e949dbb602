// The last words of a program: one write, then SIGABRT.
#include "port/world.hpp"

#include "os/process.hpp"

#include <cstdlib>
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace tarn::port {
namespace {

// Where standard error is a pipe that nobody reads, writing would end the
// process by SIGPIPE, before the handler was told and without an abort. So the
// signal waits, and one that came of our own writing is taken away.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() noexcept {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t waiting;
    sigemptyset(&waiting);
    sigpending(&waiting);
    was_waiting_ = sigismember(&waiting, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutPipeSignal() {
    const timespec now{};
    if (!was_waiting_)
      while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_waiting_;
};

void write_whole(const char* text, std::size_t size) noexcept {
  while (size != 0) {
    const ssize_t written = write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

void write_error(const char* text, std::size_t size) noexcept {
  const int before = errno;
  {
    const WithoutPipeSignal without_signal;
    write_whole(text, size);
  }
  errno = before;
}

std::uint32_t clock_ms() noexcept {
  constexpr std::uint64_t nanoseconds_in_ms = 1'000'000;
  return static_cast<std::uint32_t>(os::coarse_now() / nanoseconds_in_ms);
}

void abort() noexcept {
  std::abort();
}

}  // namespace tarn::port
