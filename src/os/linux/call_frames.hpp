// call_frames.hpp - the rules of call_frame.hpp that were read, kept by place.
//
// Cost     two loads for a place that is known.
// Threads  shared, async-signal-safe.
// Failure  what there is no memory to keep is read again.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/linux/call_frame.hpp"

#include <atomic>

namespace tarn::os {

class CallFrames {
 public:
  // Any thread writes one when it likes. The words are stored apart, so one of
  // each may come from two writers: then they do not fit any place that is
  // asked for, since the first is that of its place with the second mixed in.
  // (Hyatt and Mann, "A lockless transposition-table implementation", 2002)
  struct Entry {
    std::atomic<std::uint64_t> place_and_word;
    std::atomic<std::uint64_t> word;
  };

  /// The table, which never changes; null: there is no memory for it.
  [[nodiscard]] Entry* table() noexcept {
    Entry* const known = table_.load(std::memory_order_acquire);
    return known != nullptr ? known : make();
  }

  /// Whether the rule of a place is in a table.
  [[nodiscard]] static bool look(const Entry* table, std::uintptr_t place,
                                 CallFrame& frame) noexcept {
    const Entry& entry = table[index_of(place)];
    frame = CallFrame(entry.word.load(relaxed));
    return (entry.place_and_word.load(relaxed) ^ frame.word()) == place;
  }

  /// The rule of a place, which is put into the table, if there is one.
  [[nodiscard]] static CallFrame find(Entry* table,
                                      std::uintptr_t place) noexcept;

 private:
  static constexpr auto relaxed = std::memory_order_relaxed;
  static constexpr unsigned index_bits = 16;

  static std::size_t index_of(std::uintptr_t place) noexcept {
    // Fibonacci hashing: the bits that are mixed best are the upper ones.
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
    return place * golden >> (64 - index_bits);
  }

  Entry* make() noexcept;

  // A megabyte of zeros, published once: pairs with the acquire in table().
  std::atomic<Entry*> table_{nullptr};
};

}  // namespace tarn::os
