// launch.cpp - starts one program, waits for it, and says what it took.
//
//     tarn-launch PRELOAD PATH WORDS...
//
// Stands between tarn and the program for three reasons. The kernel charges the
// memory of whoever forks to the peak RSS of the program that is then executed,
// so that somebody small must fork. Processes that the program leaves behind
// become children of this one, so that they are found and ended. And when tarn
// itself is killed, this one is told, and ends the program.
//
// Says on descriptor 3, a line each: `pid N` when the program runs, `error N`
// when it cannot be executed, and at the end
// `end STATUS WALL_NS USER_US SYSTEM_US PEAK_KIB MINOR MAJOR WAITS FORCED
// LEFT`. Nothing of the C++ library is used: it would be most of this one's
// memory.
// SPDX-License-Identifier: MIT
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int report = 3;
// When the program, or the tarn that asked for it, is gone.
constexpr int exit_broken = 125;

template <class... Values>
void say(const char* pattern, Values... values) {
  char line[256];
  const int size = std::snprintf(line, sizeof line, pattern, values...);
  // Whoever does not read any more does not want to know.
  [[maybe_unused]] const ssize_t written =
      write(report, line, static_cast<size_t>(size));
}

long long now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

long long microseconds(const timeval& time) {
  return time.tv_sec * 1'000'000LL + time.tv_usec;
}

[[noreturn]] void become(char** words, const sigset_t& signals) {
  // So that a signal to the program reaches its children, and not us.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  if (words[1][0] != '\0')
    setenv("LD_PRELOAD", words[1], 1);
  execv(words[2], words + 3);
  say("error %d\n", errno);
  _exit(exit_broken);
}

// Kills every child that there still is; those that it leaves become ours.
// Returns how many there were.
int end_children() {
  int ended = 0;
  for (;;) {
    FILE* const list = std::fopen("/proc/thread-self/children", "re");
    int child = 0;
    while (list != nullptr && std::fscanf(list, "%d", &child) == 1)
      kill(child, SIGKILL);
    if (list != nullptr)
      std::fclose(list);
    // A kernel without that list: what we cannot see we cannot wait for.
    if (waitpid(-1, nullptr, list == nullptr ? WNOHANG : 0) <= 0)
      return ended;
    ++ended;
  }
}

void say_end(int status, long long wall, const rusage& usage, int left) {
  say("end %d %lld %lld %lld %ld %ld %ld %ld %ld %d\n", status, wall,
      microseconds(usage.ru_utime), microseconds(usage.ru_stime),
      usage.ru_maxrss, usage.ru_minflt, usage.ru_majflt, usage.ru_nvcsw,
      usage.ru_nivcsw, left);
}

// Reaps orphans on the way.
void attend(pid_t program, long long began, const sigset_t& awaited) {
  for (;;) {
    int arrived = 0;
    sigwait(&awaited, &arrived);
    if (arrived == SIGTERM) {
      kill(-program, SIGKILL);
      end_children();
      _exit(exit_broken);
    }
    int status = 0;
    rusage usage{};
    pid_t ended = 0;
    while ((ended = wait4(-1, &status, WNOHANG, &usage)) > 0) {
      if (ended != program)
        continue;
      const long long wall = now_ns() - began;
      kill(-program, SIGKILL);
      say_end(status, wall, usage, end_children());
      return;
    }
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 4)
    return exit_broken;
  fcntl(report, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // Whoever ignores the end of children gets none to wait for, and hands that
  // on.
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t awaited;
  sigset_t before;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGTERM);
  sigprocmask(SIG_BLOCK, &awaited, &before);
  const long long began = now_ns();
  const pid_t program = fork();
  if (program < 0) {
    say("error %d\n", errno);
    return exit_broken;
  }
  if (program == 0)
    become(words, before);
  say("pid %d\n", program);
  attend(program, began, awaited);
}
