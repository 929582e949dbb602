// call_frame_program.hpp - the program that a compiler wrote for a function's
// stack, run up to the place that is asked about.
//
// Three rules are kept of it: of the CFA (call_frame.hpp), of the frame pointer
// and of the return address.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/linux/dwarf.hpp"
#include "os/linux/machine.hpp"

namespace tarn::os::dwarf {

// What is known of where the caller's value of a register lies.
struct Saved {
  enum class How : std::uint8_t { kept, at_cfa, at_frame, lost, nowhere };
  How how = How::kept;
  std::int64_t offset = 0;
};

struct Rules {
  unsigned cfa_register = dwarf_stack_pointer;
  std::int64_t cfa_offset = 0;
  bool cfa_is_stored = false;
  bool cfa_is_known = true;
  Saved frame;
  Saved back;
};

// What all functions of a common entry (CIE) share.
struct Common {
  std::uint64_t code_unit = 1;
  std::int64_t data_unit = 1;
  unsigned encoding = 0;  // of addresses
  bool has_augmentation = false;
  bool is_signal = false;
  const std::byte* program = nullptr;
  const std::byte* end = nullptr;
};

class Program {
 public:
  Program(const Common& common, std::uintptr_t begin,
          std::uintptr_t place) noexcept
      : common_(common), at_(begin), place_(place) {}

  /// False: it has an instruction that nobody knows.
  bool run(Reader program) noexcept;
  /// What was run until now is the common part, which functions go back to.
  void begin_function() noexcept {
    initial_ = rules_;
    is_there_ = false;
  }
  [[nodiscard]] const Rules& rules() const noexcept { return rules_; }

 private:
  void step(Reader& program) noexcept;
  void step_extended(unsigned code, Reader& program) noexcept;
  void step_of_register(unsigned code, Reader& program) noexcept;
  void step_of_cfa(unsigned code, Reader& program) noexcept;
  void step_of_state(unsigned code, Reader& program) noexcept;
  void read_cfa_expression(Reader& program) noexcept;
  void read_expression(Reader& program) noexcept;

  // A location behind the place ends the program: what follows holds later.
  void advance_to(std::uintptr_t location) noexcept {
    if (location > place_)
      is_there_ = true;
    else
      at_ = location;
  }
  void advance(std::uint64_t units) noexcept {
    advance_to(at_ + units * common_.code_unit);
  }
  void set(std::uint64_t number, Saved saved) noexcept {
    if (number == dwarf_frame_pointer)
      rules_.frame = saved;
    else if (number == dwarf_return_address)
      rules_.back = saved;
  }
  void set_at(std::uint64_t number, std::int64_t units) noexcept {
    set(number, {Saved::How::at_cfa, units * common_.data_unit});
  }
  void restore(std::uint64_t number) noexcept {
    set(number, number == dwarf_frame_pointer ? initial_.frame : initial_.back);
  }
  void set_cfa(std::uint64_t number, std::int64_t offset) noexcept {
    rules_.cfa_is_known = true;
    rules_.cfa_is_stored = false;
    rules_.cfa_register = static_cast<unsigned>(number);
    rules_.cfa_offset = offset;
  }

  static constexpr unsigned deepest = 8;

  const Common& common_;
  std::uintptr_t at_;
  std::uintptr_t place_;
  bool is_there_ = false;
  bool is_good_ = true;
  Rules rules_;
  Rules initial_;
  unsigned kept_count_ = 0;
  Rules kept_[deepest];
};

}  // namespace tarn::os::dwarf
