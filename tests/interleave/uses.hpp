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

#include "interleave/pending.hpp"

#include <unordered_map>

namespace tarn::interleave {

class Uses {
 public:
  void clear() {
    words_.clear();
    has_barrier_ = false;
    has_grown_ = false;
  }

  /// What comes before a barrier and what after it matters with any word.
  void add_barrier() {
    has_grown_ = has_grown_ || !has_barrier_;
    has_barrier_ = true;
  }

  /// Whether another thread may go on before the step.
  bool add(unsigned thread, const Pending& step) {
    Word& word = words_[step.at];
    const bool was_shared = word.is_shared();
    word.threads |= 1u << thread;
    word.is_written = word.is_written || step.may_write;
    has_grown_ = has_grown_ || word.is_shared() != was_shared;
    return has_barrier_ || word.is_shared();
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
  bool has_barrier_ = false;
  bool has_grown_ = false;
};

}  // namespace tarn::interleave
