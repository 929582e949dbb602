// kernel.hpp - stands between the library and the kernel: a test can answer a
// system call in its place, or do something in the middle of one.
//
//     tarn::test::on_system_call = [](const SystemCall& call) { ... };
//
// A program includes this in one file: it defines syscall(), in place of the
// libc's.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <dlfcn.h>
#include <optional>
#include <sys/syscall.h>
#include <unistd.h>

namespace tarn::test {

struct SystemCall {
  long number;
  long words[6];
};

/// An answer is what syscall() gives; with none the kernel is asked.
using SystemCallHook = std::optional<long> (*)(const SystemCall& call);

/// Null: the kernel answers all. Threads of the library may be in a call when
/// it changes; they see the old one or the new one.
inline std::atomic<SystemCallHook> on_system_call{nullptr};

/// What syscall() gives where the kernel refuses.
inline long refusal(int error) {
  errno = error;
  return -1;
}

}  // namespace tarn::test

extern "C" long syscall(long number, ...) noexcept {
  using Real = long (*)(long, ...);
  static const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "syscall"));
  tarn::test::SystemCall call{number, {}};
  va_list list;
  va_start(list, number);
  for (long& word : call.words)
    word = va_arg(list, long);
  va_end(list);
  const tarn::test::SystemCallHook hook = tarn::test::on_system_call;
  if (hook != nullptr)
    if (const std::optional<long> answer = hook(call))
      return *answer;
  const long* const words = call.words;
  return real(number, words[0], words[1], words[2], words[3], words[4],
              words[5]);
}
