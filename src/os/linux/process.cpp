#include "os/process.hpp"

#include "base/number.hpp"
#include "base/spin_lock.hpp"

#include <cstddef>
#include <cstdlib>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace tarn::os {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

// membarrier's commands, from the kernel's interface (Linux 4.14).
constexpr int barrier_expedited = 1 << 3;
constexpr int barrier_register = 1 << 4;

// Set once, before the first thread is watched.
constinit pthread_key_t exit_key = 0;
using Hook = void (*)() noexcept;
constinit Hook exit_hook = nullptr;

// A plugin with a tarn of its own may be unloaded before threads end that were
// in it. At the end of the program nobody misses the hook.
__attribute__((destructor)) void forget_exit_hook() noexcept {
  if (exit_hook != nullptr)
    pthread_key_delete(exit_key);
}

std::uint64_t now(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * second +
         static_cast<std::uint64_t>(time.tv_nsec);
}

void run_exit_hook(void*) {
  exit_hook();
}

void* run_thread(void* run) {
  reinterpret_cast<Hook>(run)();
  return nullptr;
}

bool start_detached(void (*run)() noexcept) noexcept {
  // Enough for what a thread of ours does; the usual 8 MiB counts against
  // RLIMIT_AS.
  constexpr std::size_t stack = std::size_t{256} * 1024;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, stack);
  pthread_t thread{};
  const int failure = pthread_create(&thread, &attributes, run_thread,
                                     reinterpret_cast<void*>(run));
  pthread_attr_destroy(&attributes);
  return failure == 0;
}

}  // namespace

std::uint64_t coarse_now() noexcept {
  return now(CLOCK_MONOTONIC_COARSE);
}

std::uint64_t exact_now() noexcept {
  return now(CLOCK_MONOTONIC);
}

const char* environment(const char* name) noexcept {
  return secure_getenv(name);
}

bool has_environment() noexcept {
  return environ != nullptr;
}

std::uint64_t bytes_from_environment(const char* name,
                                     std::uint64_t otherwise) noexcept {
  const char* text = environment(name);
  std::uint64_t number = 0;
  const bool is_number = text != nullptr && base::read_bytes(text, number);
  return is_number && *text == '\0' ? number : otherwise;
}

int process_number() noexcept {
  return getpid();
}

int system_thread() noexcept {
  return static_cast<int>(syscall(SYS_gettid));
}

const char* program_name() noexcept {
  return program_invocation_short_name;
}

std::uint64_t peak_resident() noexcept {
  constexpr std::uint64_t unit = 1024;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * unit;
}

bool is_alive(int number) noexcept {
  return kill(number, 0) == 0 || errno == EPERM;
}

bool set_thread_exit_hook(void (*hook)() noexcept) noexcept {
  if (pthread_key_create(&exit_key, run_exit_hook) != 0)
    return false;
  exit_hook = hook;
  return true;
}

bool watch_this_thread() noexcept {
  // Any value but null has the key's hook run.
  return pthread_setspecific(exit_key, &exit_key) == 0;
}

bool set_fork_hooks(void (*prepare)() noexcept, void (*in_parent)() noexcept,
                    void (*in_child)() noexcept) noexcept {
  return pthread_atfork(prepare, in_parent, in_child) == 0;
}

bool start_thread(void (*run)() noexcept) noexcept {
  // The new thread inherits the mask: signals are for the program's own.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
    return false;
  const bool is_started = start_detached(run);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return is_started;
}

void sleep(std::uint64_t nanoseconds) noexcept {
  const timespec time{static_cast<time_t>(nanoseconds / second),
                      static_cast<long>(nanoseconds % second)};
  nanosleep(&time, nullptr);
}

bool prepare_barrier() noexcept {
  return syscall(SYS_membarrier, barrier_register, 0, 0) == 0;
}

bool barrier_all_threads() noexcept {
  return syscall(SYS_membarrier, barrier_expedited, 0, 0) == 0;
}

}  // namespace tarn::os

namespace tarn::base {

void back_off(unsigned round) noexcept {
  // The holder needs a few hundred cycles unless it was interrupted.
  constexpr unsigned patience = 64;
  if (round >= patience) {
    sched_yield();
    return;
  }
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

}  // namespace tarn::base
