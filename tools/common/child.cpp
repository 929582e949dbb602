// child.cpp - spawn, read both pipes until they close, wait.
//
// SPDX-License-Identifier: MIT
#include "common/child.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace tarn::compare {
namespace {

// Written by the handler, read between polls; of this thread only.
volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
  stop_asked = 1;
}

// How often an interrupt and the time limit are looked at.
constexpr int poll_milliseconds = 100;

struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0)
      ends[0] = ends[1] = -1;
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void close_end(int which) {
    if (ends[which] >= 0)
      close(ends[which]);
    ends[which] = -1;
  }

  int ends[2];
};

std::vector<std::string> environment_with(const std::string& preload) {
  constexpr const char* variable = "LD_PRELOAD=";
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, variable, std::strlen(variable)) != 0)
      environment.emplace_back(*entry);
  if (!preload.empty())
    environment.push_back(variable + preload);
  return environment;
}

pid_t spawn(std::vector<std::string> words, const std::string& preload,
            const Pipe& out, const Pipe& errors) {
  std::vector<std::string> environment = environment_with(preload);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.ends[1], STDERR_FILENO);
  pid_t child = -1;
  const int failed =
      posix_spawnp(&child, words[0].c_str(), &actions, nullptr,
                   pointers_to(words).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  errno = failed;
  return failed == 0 ? child : -1;
}

// False: the other side has closed.
bool take(int from, std::string& into) {
  std::array<char, 16 * 1024> buffer;
  const ssize_t size = read(from, buffer.data(), buffer.size());
  if (size < 0)
    return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), static_cast<std::size_t>(size));
  return size != 0;
}

void read_all(pid_t child, Pipe& out, Pipe& errors, int seconds,
              ChildResult& result) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
  bool told = false;
  while (out.ends[0] >= 0 || errors.ends[0] >= 0) {
    result.too_slow = result.too_slow || Clock::now() > end;
    if (!told && (result.too_slow || interrupted())) {
      kill(child, SIGKILL);
      told = true;
    }
    pollfd polled[2] = {{out.ends[0], POLLIN, 0}, {errors.ends[0], POLLIN, 0}};
    if (poll(polled, 2, poll_milliseconds) <= 0)
      continue;
    if (polled[0].revents != 0 && !take(out.ends[0], result.out))
      out.close_end(0);
    if (polled[1].revents != 0 && !take(errors.ends[0], result.errors))
      errors.close_end(0);
  }
}

}  // namespace

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

ChildResult run_child(const std::vector<std::string>& words,
                      const std::string& preload, int seconds) {
  ChildResult result;
  Pipe out;
  Pipe errors;
  const pid_t child = spawn(words, preload, out, errors);
  if (child < 0) {
    result.errors = words[0] + ": " + std::strerror(errno);
    return result;
  }
  out.close_end(1);
  errors.close_end(1);
  read_all(child, out, errors, seconds, result);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status))
    result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status))
    result.signal = WTERMSIG(status);
  return result;
}

void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = ask_to_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept {
  return stop_asked != 0;
}

}  // namespace tarn::compare
