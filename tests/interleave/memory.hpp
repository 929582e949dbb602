// memory.hpp - what the threads of one run may see of each other: the stores to
// each atomic word in their order, and who knows of which.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "interleave/explorer.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace tarn::interleave {

/// How far a thread knows of each thread's steps.
struct Clock {
  std::uint32_t times[most_threads] = {};

  void join(const Clock& other) {
    for (unsigned i = 0; i < most_threads; ++i)
      times[i] = std::max(times[i], other.times[i]);
  }
  [[nodiscard]] bool knows(unsigned thread, std::uint32_t time) const {
    return time <= times[thread];
  }
};

/// One store, or what stood there before the threads started.
struct Store {
  std::uint64_t value;
  Clock released;  // what a load with acquire learns from it
  unsigned by;
  std::uint32_t time;  // of its thread; 0: known to all
};

struct Load {
  unsigned by;
  std::uint32_t time;
  std::size_t store;
};

struct Word {
  std::size_t run = 0;        // the one of which the rest tells
  std::vector<Store> stores;  // the modification order
  std::vector<Load> loads;
};

class Memory {
 public:
  void restart(unsigned threads);

  /// The word at `at`, which holds `value` if nobody has stored there yet.
  Word& word(const void* at, std::uint64_t value);

  /// How many of the last stores the thread may see.
  [[nodiscard]] std::size_t visible(const Word& word, unsigned thread) const;

  /// Sees the store that lies `back` before the last one.
  std::uint64_t load(Word& word, unsigned thread, std::size_t back, int order);
  void store(Word& word, unsigned thread, std::uint64_t value, int order);
  /// Sees the last store and replaces it.
  std::uint64_t exchange(Word& word, unsigned thread, std::uint64_t value,
                         int order);

  /// All know what each one knows.
  void meet();

  /// False: some byte was accessed by a thread that this one does not know to
  /// be done with it.
  [[nodiscard]] bool access(const void* at, std::size_t size, unsigned thread,
                            bool is_write);

 private:
  struct Byte {
    unsigned written_by = 0;
    std::uint32_t written = 0;
    Clock read;
  };
  static constexpr std::size_t line = 8;
  struct Line {
    std::size_t run = 0;
    bool is_split = false;  // some access was to less than all of it
    Byte bytes[line];       // while it is not split, the first is for all
  };

  bool access(Line& found, std::size_t first, std::size_t end, unsigned thread,
              bool is_write) const;
  bool access(Byte& byte, unsigned thread, bool is_write) const;

  // Kept from run to run, which mostly touch the same addresses.
  std::unordered_map<const void*, Word> words_;
  std::unordered_map<std::uintptr_t, Line> lines_;
  std::size_t run_ = 0;
  Clock clocks_[most_threads];
};

}  // namespace tarn::interleave
