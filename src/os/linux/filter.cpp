#include "os/filter.hpp"

#include "tarn/detail/bits.hpp"

#include "base/sparse.hpp"
#include "base/text.hpp"
#include "os/process.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tarn::os {
namespace {

constexpr std::size_t most_variables = 1024;
constexpr std::size_t stack_size = 16 * KiB;

// What the two processes share until the other one is the program. Not on the
// stack, of which a signal handler may have little.
struct Start {
  const char* const* programs;
  const char* arguments[3];
  const char* variables[most_variables];
  int from_us;
  sigset_t signals;  // that are blocked in this thread
  bool is_failed;
  alignas(16) char stack[stack_size];
};
TARN_SPARSE constinit Start the_start = {};

// It shall not be checked itself, nor have our malloc.
bool is_kept(const char* variable) noexcept {
  return !base::begins_with(variable, "LD_PRELOAD=") &&
         !base::begins_with(variable, "TARN_");
}

void copy_environment(Start& start) noexcept {
  std::size_t count = 0;
  for (char** one = environ;
       one != nullptr && *one != nullptr && count + 1 < most_variables; ++one)
    if (is_kept(*one))
      start.variables[count++] = *one;
  start.variables[count] = nullptr;
}

bool take_streams(int from_us) noexcept {
  const bool is_there = from_us == STDIN_FILENO
                            ? fcntl(from_us, F_SETFD, 0) == 0
                            : dup2(from_us, STDIN_FILENO) >= 0;
  return is_there && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
}

// Our handlers would run in our memory, so they go before signals may come.
void take_signals(const sigset_t& blocked) noexcept {
  struct sigaction as_usual {};
  as_usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal)
    sigaction(signal, &as_usual, nullptr);
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

// Runs in our memory until the program begins.
int become_program(void* given) noexcept {
  Start& start = *static_cast<Start*>(given);
  take_signals(start.signals);
  if (take_streams(start.from_us))
    for (const char* const* one = start.programs; *one != nullptr; ++one) {
      start.arguments[0] = *one;
      execve(*one, const_cast<char**>(start.arguments),
             const_cast<char**>(start.variables));
    }
  start.is_failed = true;
  _exit(1);
}

int run(Start& start) noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &start.signals);
  // No signal at its end (the lowest byte): it is not a child to be waited for.
  const int process = clone(become_program, start.stack + stack_size,
                            CLONE_VM | CLONE_VFORK, &start);
  pthread_sigmask(SIG_SETMASK, &start.signals, nullptr);
  return process;
}

}  // namespace

bool Filter::start(const char* const* programs, const char* argument) noexcept {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  Start& start = the_start;
  start.programs = programs;
  start.arguments[1] = argument;
  start.arguments[2] = nullptr;
  start.from_us = ends[0];
  start.is_failed = false;
  copy_environment(start);
  process_ = run(start);
  close(ends[0]);
  to_it_ = ends[1];
  if (process_ > 0 && !start.is_failed)
    return true;
  end();
  return false;
}

bool Filter::write(const char* text, std::size_t size) noexcept {
  while (size != 0) {
    const ssize_t sent = send(to_it_, text, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return false;
    text += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

void Filter::end() noexcept {
  constexpr std::uint64_t moment = 2'000'000;
  constexpr int most_moments = 10'000;
  if (to_it_ >= 0)
    close(to_it_);
  to_it_ = -1;
  for (int i = 0; process_ > 0; ++i) {
    if (waitpid(process_, nullptr, __WALL | WNOHANG) != 0) {
      process_ = 0;
    } else if (i == most_moments) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, __WALL);
      process_ = 0;
    } else {
      sleep(moment);
    }
  }
}

}  // namespace tarn::os
