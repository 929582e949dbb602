// process.cpp - spawns the launcher and reads its three pipes.
//
// SPDX-License-Identifier: MIT
#include "program/process.hpp"

#include "common/child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace tarn::program {
namespace {

using Clock = std::chrono::steady_clock;

// The descriptor on which the launcher reports.
constexpr int report_descriptor = 3;
// So much a pipe holds if it may: a program that says much is held up less.
constexpr int pipe_bytes = 1 << 20;
// The end of standard error that is kept, for last words.
constexpr std::size_t kept_errors = 4096;

// A pipe whose writing end a child gets.
struct Pipe {
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error(std::string("cannot make a pipe: ") +
                               std::strerror(errno) +
                               "; raise the limit of open files (ulimit -n)");
    static_cast<void>(fcntl(ends[0], F_SETPIPE_SZ, pipe_bytes));
    static_cast<void>(fcntl(ends[0], F_SETFL, O_NONBLOCK));
  }
  ~Pipe() {
    for (const int end : ends)
      if (end >= 0)
        close(end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int take_reading_end() { return std::exchange(ends[0], -1); }

  int ends[2] = {-1, -1};
};

std::vector<std::string> environment_for(const Start& start) {
  std::vector<std::string> environment;
  constexpr std::string_view probe = "TARN_PROBE=";
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with(probe))
      environment.emplace_back(*entry);
  if (!start.probe.empty())
    environment.push_back(std::string(probe) + start.probe);
  return environment;
}

// In a group of its own, so that Ctrl-C reaches tarn alone.
pid_t spawn(const Start& start, const Pipe& output, const Pipe& errors,
            const Pipe& report) {
  std::vector<std::string> words{start.launcher, start.preload, start.path};
  words.insert(words.end(), start.words.begin(), start.words.end());
  std::vector<std::string> environment = environment_for(start);
  const std::string input = start.input.empty() ? "/dev/null" : start.input;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Our own descriptors are closed by the kernel; the copies made here are not.
  posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.ends[1], STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, report.ends[1], report_descriptor);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(),
                                   O_RDONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = -1;
  const int failed =
      posix_spawn(&child, start.launcher.c_str(), &actions, &attributes,
                  compare::pointers_to(words).data(),
                  compare::pointers_to(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    throw std::runtime_error("cannot run " + start.launcher + ": " +
                             std::strerror(failed) + "; build all of tools");
  return child;
}

// All that is there now. False: nobody can write there any more.
template <class Take>
bool read_available(int from, Take take) {
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t size = read(from, buffer.data(), buffer.size());
    if (size > 0)
      take(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
    else
      return size < 0 && (errno == EAGAIN || errno == EINTR);
  }
}

}  // namespace

bool Ending::is_exit(int code) const noexcept {
  return error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

std::string Ending::sentence() const {
  if (error != 0)
    return std::string("could not be executed (") + std::strerror(error) + ")";
  if (WIFSIGNALED(status))
    return std::string("crashed (") + strsignal(WTERMSIG(status)) + ")";
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

void Saying::add(std::string_view bytes) {
  checksum_.add(bytes);
  text_.append(bytes.substr(bytes.size() - std::min(bytes.size(), 2 * kept_)));
  // Cut seldom, so that each byte is moved once at most.
  if (text_.size() > 2 * kept_)
    text_.erase(0, text_.size() - kept_);
}

Process::Process(const Start& start)
    : output_(start.kept_output), errors_(kept_errors) {
  Pipe output;
  Pipe errors;
  Pipe report;
  launcher_ = spawn(start, output, errors, report);
  output_from_ = output.take_reading_end();
  errors_from_ = errors.take_reading_end();
  report_from_ = report.take_reading_end();
}

Process::~Process() {
  end();
  for (const int from : {output_from_, errors_from_, report_from_})
    if (from >= 0)
      close(from);
}

bool Process::wait(int milliseconds) {
  const Clock::time_point until =
      Clock::now() + std::chrono::milliseconds(milliseconds);
  while (!ended_) {
    // Rounded up: what is left of the last millisecond would be spun away, in
    // polls that wait for nothing, on a core that the program may need.
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    // What is closed is -1, which poll() passes over.
    pollfd polled[3] = {{report_from_, POLLIN, 0},
                        {output_from_, POLLIN, 0},
                        {errors_from_, POLLIN, 0}};
    // A signal to us ends the waiting, as whoever called wants to know.
    if (poll(polled, 3,
             static_cast<int>(std::max<long long>(left.count(), 0))) <= 0)
      break;
    read_all();
  }
  return ended_;
}

void Process::signal(int number) const noexcept {
  if (pid_ > 0 && !ended_)
    kill(pid_, number);
}

void Process::signal_all(int number) const noexcept {
  if (pid_ > 0 && !ended_)
    kill(-pid_, number);
}

void Process::end() {
  if (ended_)
    return;
  // The launcher kills all there is, then goes.
  kill(launcher_, SIGTERM);
  constexpr int patience_milliseconds = 5000;
  reap(patience_milliseconds);
}

void Process::read_all() {
  const auto read_into = [](int& from, auto take) {
    if (from < 0 || read_available(from, take))
      return;
    close(from);
    from = -1;
  };
  read_into(report_from_, [this](auto text) { report_ += text; });
  // In this order nothing is missed: when the report says that the program has
  // ended, all that it said is in the pipes.
  read_into(output_from_, [this](auto text) { output_.add(text); });
  read_into(errors_from_, [this](auto text) { errors_.add(text); });
  read_report();
}

void Process::read_report() {
  for (std::size_t end = 0; (end = report_.find('\n')) != std::string::npos;) {
    take(report_.substr(0, end));
    report_.erase(0, end + 1);
  }
  if (report_from_ >= 0 || ended_)
    return;
  // Somebody killed the launcher, and the kernel the program with it.
  ending_.status = SIGKILL;
  constexpr int patience_milliseconds = 1000;
  reap(patience_milliseconds);
}

void Process::take(const std::string& line) {
  Usage& usage = ending_.usage;
  constexpr double micro = 1e-6;
  constexpr double nano = 1e-9;
  constexpr double kibibyte = 1024;
  if (std::sscanf(line.c_str(), "pid %d", &pid_) == 1)
    return;
  if (std::sscanf(line.c_str(), "error %d", &ending_.error) == 1)
    return;
  if (std::sscanf(line.c_str(), "end %d %lf %lf %lf %lf %lf %lf %lf %lf %d",
                  &ending_.status, &usage.wall, &usage.user, &usage.system,
                  &usage.peak, &usage.minor_faults, &usage.major_faults,
                  &usage.waits, &usage.forced, &ending_.left) != 10)
    return;
  usage.wall *= nano;
  usage.user *= micro;
  usage.system *= micro;
  usage.peak *= kibibyte;
  constexpr int patience_milliseconds = 1000;
  reap(patience_milliseconds);
}

void Process::reap(int milliseconds) {
  constexpr int step_milliseconds = 1;
  ended_ = true;
  for (int waited = 0; waited < milliseconds; waited += step_milliseconds) {
    const pid_t reaped = waitpid(launcher_, nullptr, WNOHANG);
    if (reaped == launcher_ || (reaped < 0 && errno == ECHILD))
      return;
    poll(nullptr, 0, step_milliseconds);
  }
  kill(launcher_, SIGKILL);
  waitpid(launcher_, nullptr, 0);
}

}  // namespace tarn::program
