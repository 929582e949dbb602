// call_frame.hpp - how the caller of a place in code is found: what compilers
// write down for exceptions, made into a word.
//
// The canonical frame address (CFA) is the stack pointer of the caller behind
// its call. Rules that need other registers than the stack and the frame
// pointer are not told; code made for them is rare, and of it a stack ends.
//
// DWARF 5, section 6.4; the index: Linux Standard Base 5, "Exception Frames".
//
// Cost     a few hundred nanoseconds; a word is to be kept.
// Threads  shared, async-signal-safe.
// Failure  a rule of kind `end`, or `chain` where nothing is written.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::os {

enum class CallFrameKind : std::uint8_t {
  end,                ///< nobody called it, or nobody can tell
  stored,             ///< CFA: what lies at frame pointer + cfa
  stack_pointer = 2,  ///< CFA: stack pointer + cfa
  frame_pointer = 3,  ///< CFA: frame pointer + cfa
  signal,             ///< the kernel called it; all registers lie on the stack
  chain               ///< nothing is written: the frame pointer leads on
};

/// What a rule says, in a word: a walk looks at it for each call.
///
///     | kind 4 | is_own, saves_frame, frame_by_frame, 0 | frame 16 | back 16 |
///     cfa 24 |, the lowest bits first
class CallFrame {
 public:
  static constexpr int bits_of_cfa = 24;
  static constexpr int bits_of_others = 16;

  constexpr CallFrame() = default;
  explicit constexpr CallFrame(std::uint64_t word) noexcept : word_(word) {}
  explicit constexpr CallFrame(CallFrameKind kind) noexcept
      : word_(static_cast<std::uint64_t>(kind)) {}

  [[nodiscard]] std::uint64_t word() const noexcept { return word_; }
  [[nodiscard]] CallFrameKind kind() const noexcept {
    return static_cast<CallFrameKind>(word_ & 15);
  }
  /// Of kind stack_pointer or frame_pointer, and not frame_by_frame.
  [[nodiscard]] bool is_ordinary() const noexcept {
    return (word_ & (14 | by_frame_bit)) == 2;
  }
  /// Of an ordinary one: which of the two kinds.
  [[nodiscard]] bool is_by_frame_pointer() const noexcept {
    return (word_ & 1) != 0;
  }
  /// Whether it is of tarn itself.
  [[nodiscard]] bool is_own() const noexcept { return (word_ & own_bit) != 0; }
  /// Whether the caller's frame pointer is on the stack.
  [[nodiscard]] bool saves_frame() const noexcept {
    return (word_ & saves_bit) != 0;
  }
  /// Whether it is there at frame pointer + frame, and not at CFA + frame.
  [[nodiscard]] bool frame_by_frame() const noexcept {
    return (word_ & by_frame_bit) != 0;
  }

  // In bytes, multiples of eight, to be added to addresses.
  [[nodiscard]] std::uintptr_t cfa() const noexcept { return part(0, 40); }
  [[nodiscard]] std::uintptr_t frame() const noexcept { return part(40, 48); }
  /// Where the address behind the call is: at CFA + back.
  [[nodiscard]] std::uintptr_t back() const noexcept { return part(24, 48); }

  void set_own() noexcept { word_ |= own_bit; }
  /// Offsets that a word has room for.
  void set_offsets(std::int64_t cfa, std::int64_t back) noexcept {
    word_ |= bits(back, bits_of_others) << 24 | bits(cfa, bits_of_cfa) << 40;
  }
  void set_frame(std::int64_t frame, bool by_frame) noexcept {
    word_ |= saves_bit | (by_frame ? by_frame_bit : 0) |
             bits(frame, bits_of_others) << 8;
  }

 private:
  static constexpr std::uint64_t own_bit = 16;
  static constexpr std::uint64_t saves_bit = 32;
  static constexpr std::uint64_t by_frame_bit = 64;

  static std::uint64_t bits(std::int64_t bytes, int count) noexcept {
    return static_cast<std::uint64_t>(bytes / 8) &
           ((std::uint64_t{1} << count) - 1);
  }

  // Of the word, shifted up over what is above it and down with its sign.
  [[nodiscard]] std::uintptr_t part(int up, int down) const noexcept {
    return static_cast<std::uintptr_t>(static_cast<std::int64_t>(word_ << up) >>
                                       down)
           << 3;
  }

  std::uint64_t word_ = 0;
};

/// The rule at `place`, by a module's .eh_frame_hdr.
[[nodiscard]] CallFrame read_call_frame(const std::byte* unwind_index,
                                        std::uintptr_t place) noexcept;

}  // namespace tarn::os
