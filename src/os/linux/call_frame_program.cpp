#include "os/linux/call_frame_program.hpp"

namespace tarn::os::dwarf {

bool Program::run(Reader program) noexcept {
  while (!program.is_at_end() && !is_there_ && is_good_)
    step(program);
  return is_good_;
}

void Program::step(Reader& program) noexcept {
  const unsigned code = program.read<std::uint8_t>();
  const unsigned operand = code & 0x3f;
  switch (code & 0xc0) {
    case 0x40:
      return advance(operand);
    case 0x80:
      return set_at(operand,
                    static_cast<std::int64_t>(program.read_unsigned()));
    case 0xc0:
      return restore(operand);
    default:
      return step_extended(code, program);
  }
}

void Program::step_extended(unsigned code, Reader& program) noexcept {
  std::uintptr_t location = 0;
  switch (code) {
    case 0x00:  // nothing
      return;
    case 0x01:
      is_good_ = program.read_address(common_.encoding, location);
      return advance_to(location);
    case 0x02:
      return advance(program.read<std::uint8_t>());
    case 0x03:
      return advance(program.read<std::uint16_t>());
    case 0x04:
      return advance(program.read<std::uint32_t>());
    case 0x0a:
    case 0x0b:
    case 0x2d:
    case 0x2e:
      return step_of_state(code, program);
    case 0x0c:
    case 0x0d:
    case 0x0e:
    case 0x0f:
    case 0x12:
    case 0x13:
      return step_of_cfa(code, program);
    default:
      return step_of_register(code, program);
  }
}

void Program::step_of_register(unsigned code, Reader& program) noexcept {
  const std::uint64_t number = program.read_unsigned();
  switch (code) {
    case 0x05:
      return set_at(number, static_cast<std::int64_t>(program.read_unsigned()));
    case 0x06:
      return restore(number);
    case 0x07:
      return set(number, {Saved::How::nowhere});
    case 0x08:
      return set(number, {Saved::How::kept});
    case 0x10:
      if (number == dwarf_frame_pointer)
        return read_expression(program);
      [[fallthrough]];
    case 0x16:
      program.skip(program.read_unsigned());
      return set(number, {Saved::How::lost});
    case 0x11:
      return set_at(number, program.read_signed());
    case 0x2f:
      return set_at(number,
                    -static_cast<std::int64_t>(program.read_unsigned()));
    case 0x09:
    case 0x14:
      program.read_unsigned();
      return set(number, {Saved::How::lost});
    case 0x15:
      program.read_signed();
      return set(number, {Saved::How::lost});
    default:
      is_good_ = false;
  }
}

void Program::step_of_cfa(unsigned code, Reader& program) noexcept {
  std::uint64_t number = rules_.cfa_register;
  switch (code) {
    case 0x0c:
      number = program.read_unsigned();
      return set_cfa(number,
                     static_cast<std::int64_t>(program.read_unsigned()));
    case 0x0d:
      return set_cfa(program.read_unsigned(), rules_.cfa_offset);
    case 0x0e:
      return set_cfa(number,
                     static_cast<std::int64_t>(program.read_unsigned()));
    case 0x12:
      number = program.read_unsigned();
      return set_cfa(number, program.read_signed() * common_.data_unit);
    case 0x13:
      return set_cfa(number, program.read_signed() * common_.data_unit);
    default:
      return read_cfa_expression(program);
  }
}

void Program::step_of_state(unsigned code, Reader& program) noexcept {
  switch (code) {
    case 0x0a:
      is_good_ = kept_count_ != deepest;
      if (is_good_)
        kept_[kept_count_++] = rules_;
      return;
    case 0x0b:
      is_good_ = kept_count_ != 0;
      if (is_good_)
        rules_ = kept_[--kept_count_];
      return;
    case 0x2e:  // bytes of arguments, which only a debugger wants
      program.read_unsigned();
      return;
    default:  // 0x2d: addresses are signed from here on, or no longer
      return;
  }
}

constexpr unsigned first_of_base_registers = 0x70;
constexpr unsigned frame_based =
    first_of_base_registers + (dwarf_frame_pointer & 0x1f);
constexpr unsigned dereference = 0x06;

// A function that aligns its stack keeps its CFA beside its frame pointer.
void Program::read_cfa_expression(Reader& program) noexcept {
  const std::uint64_t size = program.read_unsigned();
  Reader expression(program.at(), program.at() + size);
  program.skip(size);
  const bool by_frame = expression.read<std::uint8_t>() == frame_based;
  const std::int64_t offset = expression.read_signed();
  const bool is_stored = expression.read<std::uint8_t>() == dereference;
  set_cfa(dwarf_frame_pointer, offset);
  rules_.cfa_is_stored = true;
  rules_.cfa_is_known = by_frame && is_stored && expression.is_at_end();
}

void Program::read_expression(Reader& program) noexcept {
  const std::uint64_t size = program.read_unsigned();
  Reader expression(program.at(), program.at() + size);
  program.skip(size);
  const bool by_frame = expression.read<std::uint8_t>() == frame_based;
  const std::int64_t offset = expression.read_signed();
  const bool is_known = by_frame && expression.is_at_end();
  rules_.frame = {is_known ? Saved::How::at_frame : Saved::How::lost, offset};
}

}  // namespace tarn::os::dwarf
