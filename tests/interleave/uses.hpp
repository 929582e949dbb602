// uses.hpp - which words more than one thread uses, as far as is known.
//
// Where a word is one thread's, what another does before it or after it is the
// same. So only steps on words that several use, one of them to write, are
// points where another thread may go on. Which they are is learned by running:
// a run in which one more is met shows that the ways so far were too few, and
// the search begins again. When it ends, every run kept to what was known, and
// so does any other: the first step of it that did not would follow steps that
// came in some run.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <unordered_map>

namespace tarn::interleave {

/// What a thread is about to do.
struct Step {
  const void* at;
  bool may_write;
  bool is_wait;  // for a lock
};

inline bool is_independent(const Step& one, const Step& other) {
  return one.at != other.at || (!one.may_write && !other.may_write);
}

class Uses {
 public:
  void clear() {
    words_.clear();
    has_grown_ = false;
  }

  /// Whether the step's word is shared.
  bool add(unsigned thread, const Step& step) {
    Word& word = words_[step.at];
    const bool was_shared = word.is_shared();
    word.threads |= 1u << thread;
    word.is_written = word.is_written || step.may_write;
    has_grown_ = has_grown_ || word.is_shared() != was_shared;
    return word.is_shared();
  }

  /// Whether a word came to be shared since this was last asked.
  bool has_grown() {
    const bool had_grown = has_grown_;
    has_grown_ = false;
    return had_grown;
  }

 private:
  struct Word {
    unsigned threads = 0;  // a bit for each
    bool is_written = false;

    [[nodiscard]] bool is_shared() const {
      return is_written && (threads & (threads - 1)) != 0;
    }
  };

  std::unordered_map<const void*, Word> words_;
  bool has_grown_ = false;
};

}  // namespace tarn::interleave
