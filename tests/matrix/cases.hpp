// cases.hpp - one faulty program a fault, and its clean twin, in few programs.
//
// A case is a function that begins a pool, does what is right, and does one
// thing wrong unless it runs clean. Where that happens is its place: in the
// thread that did the rest, in another one, or in a child after fork.
// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tarn::test {

enum class Place { same, other, fork };

struct Turn {
  Place place = Place::same;
  bool is_clean = false;

  /// Runs `wrong` where the case wants it. After fork the child goes on with
  /// the rest of the case, and its parent ends as the child does.
  template <class Wrong>
  void at_place(const Wrong& wrong) const {
    if (place == Place::other) {
      std::thread(wrong).join();
      return;
    }
    if (place == Place::fork)
      follow_child();
    wrong();
  }

 private:
  static void follow_child() {
    const pid_t child = ::fork();
    if (child == 0)
      return;
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child)
      std::_Exit(3);
    if (WIFSIGNALED(status)) {
      std::signal(WTERMSIG(status), SIG_DFL);
      static_cast<void>(std::raise(WTERMSIG(status)));
    }
    std::_Exit(WEXITSTATUS(status));
  }
};

struct Case {
  const char* pool;
  const char* fault;
  void (*run)(const Turn&);
};

/// Each file of cases gives its own, up to one without a name.
const Case* cases() noexcept;

// What the compiler knows of a pointer it would warn of, or leave out.
template <class T>
T* hide(T* p) noexcept {
  asm volatile("" : "+r"(p) : : "memory");
  return p;
}

constexpr std::size_t size = 64;
constexpr std::size_t large = 128 * 1024;

inline void write(void* p, std::ptrdiff_t from, std::size_t count,
                  unsigned char what = 0x58) noexcept {
  auto* const bytes = static_cast<volatile unsigned char*>(hide(p));
  for (std::size_t i = 0; i < count; ++i)
    bytes[from + static_cast<std::ptrdiff_t>(i)] = what;
}

inline unsigned char read(void* p, std::ptrdiff_t at) noexcept {
  return static_cast<volatile unsigned char*>(hide(p))[at];
}

// Overwrites what a call left on the stack, which would still reach a block.
[[gnu::noinline]] inline void forget_stack() noexcept {
  volatile unsigned char room[8192];
  for (volatile unsigned char& byte : room)
    byte = 0;
}

}  // namespace tarn::test
