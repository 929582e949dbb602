// explorer.hpp - tries out every interleaving of a few threads over the real
// functions of the library.
//
// The library's rooms at stake are compiled with -fsanitize=thread, which turns
// each access to memory into a call (hooks.cpp). The calls come here and not to
// ThreadSanitizer: each atomic operation on watched memory is a point where
// another thread may go on, and a search in depth takes every way there is.
// Threads are fibers, so that a way can be repeated.
//
// What a way also chooses, beyond who goes on:
//   - which value a load sees: any that coherence and happens-before allow
//   - whether a weak compare-and-swap fails by chance, once a way
// What is checked on each way, beyond what the program itself requires:
//   - two plain accesses to a watched byte, one of them a write, are ordered by
//     happens-before (vector clocks; release sequences as C++20 has them), and
//     so are a plain write and an atomic operation there
//   - every thread comes to an end
//
// A thread that finds a lock taken goes on when it is free, and not only to
// look again. A lock that it merely tries (try_lock) it may fail to get.
//
// Not covered: a load that sees a store made later (load buffering), a plain
// store that comes before an earlier one in the modification order, fences.
//
// Ways that differ only in the order of steps on different words, or of loads,
// are the same: one of them is taken (Godefroid's sleep sets, 1996). Nor is
// there a choice at words that one thread uses alone (uses.hpp).
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::interleave {

inline constexpr unsigned most_threads = 4;

/// How a program ends whose search found something, and one whose search proves
/// nothing, since it contradicts itself.
inline constexpr int exit_found = 1;
inline constexpr int exit_unsound = 2;

/// A program of a few threads. Each interleaving is one run of it.
class Program {
 public:
  virtual ~Program() = default;
  [[nodiscard]] virtual unsigned threads() const = 0;
  /// Before the threads start; what was done here happened before all.
  virtual void begin() = 0;
  virtual void run(unsigned thread) = 0;
  /// When all have come to an end, which happened before this.
  virtual void end() = 0;
  /// The thread goes on now, before its next step.
  virtual void go_on(unsigned) {}
};

/// Runs the program in every interleaving and returns how many there are. One
/// in which something does not hold is told, and ends the process.
std::size_t explore(const char* name, Program& program);

/// Whether the compiler said of a compare-and-swap that it is weak: clang never
/// does, so there is less to choose.
[[nodiscard]] bool saw_weak();

/// What must hold; between begin() and end() too.
void require(bool holds, const char* what);

/// What memory is looked at for.
enum class Watch {
  steps,  // plain accesses for their order; atomic ones are steps
  plain,  // plain accesses only: its atomics see the last value, at once
  lock    // as steps; who has found it taken and looks again waits for it
};

/// Accesses to this memory are looked at, until the run is over. Of ranges that
/// overlap the first one counts.
void watch(const void* memory, std::size_t size, const char* name,
           Watch how = Watch::steps);

/// Each byte that is exchanged is a lock, until the run is over.
void watch_locks();

/// An atomic operation, as it is about to be done.
struct Operation {
  enum class Kind { load, store, exchange, add, compare_exchange };
  Kind kind;
  void* at;
  unsigned size;
  std::uint64_t value;     // to be stored, or added
  std::uint64_t expected;  // by a compare_exchange
  int order;               // as in std::memory_order
  int failure_order;
  bool is_weak;
  bool is_forced;  // an exchange that sees what it hopes for, whatever is there
};

/// Changes operations on watched memory, by the memory's name: a bug that is
/// seeded on purpose.
using Tamper = void (*)(Operation& operation, const char* name);
void tamper_with(Tamper tamper);

/// A barrier in every running thread (membarrier): what any of them has done
/// happened before what any of them does next.
void barrier();

/// The thread backs off: it goes on when what it loaded last was stored to
/// since, and its next load sees the last value. Once a way it goes on at once.
void back_off();

// What hooks.cpp calls. By reference, since the copies took a third of a run.
std::uint64_t perform(Operation& operation, bool* is_done);
void access(const void* at, std::size_t size, bool is_write);

}  // namespace tarn::interleave
