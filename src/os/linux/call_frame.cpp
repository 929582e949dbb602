#include "os/linux/call_frame.hpp"

#include "os/linux/call_frame_program.hpp"
#include "os/linux/dwarf.hpp"
#include "os/linux/machine.hpp"

namespace tarn::os {
namespace {

using dwarf::Common;
using dwarf::Program;
using dwarf::Reader;
using dwarf::Rules;
using dwarf::Saved;
using Kind = CallFrameKind;

// Personality routine, then flags, each as a letter of the text says.
bool read_augmentation(const char* text, Reader& reader,
                       Common& common) noexcept {
  for (; *text != '\0'; ++text) {
    std::uintptr_t ignored = 0;
    switch (*text) {
      case 'z':
        common.has_augmentation = true;
        reader.read_unsigned();
        break;
      case 'R':
        common.encoding = reader.read<std::uint8_t>();
        break;
      case 'L':
        reader.read<std::uint8_t>();
        break;
      case 'P':
        if (!reader.read_sized(reader.read<std::uint8_t>() & 0x0f, ignored))
          return false;
        break;
      case 'S':
        common.is_signal = true;
        break;
      case 'B':  // addresses are signed with another key
        break;
      default:
        return false;
    }
  }
  return true;
}

bool read_common(const std::byte* entry, Common& common) noexcept {
  std::uint32_t size = 0;
  std::memcpy(&size, entry, sizeof size);
  common.end = entry + sizeof size + size;
  Reader reader(entry + sizeof size, common.end);
  reader.read<std::uint32_t>();  // that it is a common entry
  const auto version = reader.read<std::uint8_t>();
  const auto* const text = reinterpret_cast<const char*>(reader.at());
  while (reader.read<char>() != '\0') {
  }
  common.code_unit = reader.read_unsigned();
  common.data_unit = reader.read_signed();
  version == 1 ? reader.read<std::uint8_t>() : reader.read_unsigned();
  const std::byte* const augmentation = reader.at();
  if (!read_augmentation(text, reader, common))
    return false;
  if (common.has_augmentation) {
    reader = Reader(augmentation, common.end);
    const std::uint64_t bytes = reader.read_unsigned();
    reader.skip(bytes);
  }
  common.program = reader.at();
  return true;
}

// Whether a word has room for it.
bool is_small(std::int64_t offset, int bits) noexcept {
  const std::int64_t most = std::int64_t{8} << (bits - 1);
  return offset % 8 == 0 && offset >= -most && offset < most;
}

CallFrame frame_of(const Rules& rules) noexcept {
  using How = Saved::How;
  if (!rules.cfa_is_known || rules.back.how != How::at_cfa ||
      !is_small(rules.cfa_offset, CallFrame::bits_of_cfa) ||
      !is_small(rules.back.offset, CallFrame::bits_of_others) ||
      !is_small(rules.frame.offset, CallFrame::bits_of_others))
    return CallFrame(Kind::end);
  Kind kind = Kind::end;
  if (rules.cfa_register == dwarf_stack_pointer)
    kind = Kind::stack_pointer;
  else if (rules.cfa_register == dwarf_frame_pointer)
    kind = rules.cfa_is_stored ? Kind::stored : Kind::frame_pointer;
  CallFrame frame(kind);
  frame.set_offsets(rules.cfa_offset, rules.back.offset);
  if (rules.frame.how == How::at_frame || rules.frame.how == How::at_cfa)
    frame.set_frame(rules.frame.offset, rules.frame.how == How::at_frame);
  return frame;
}

CallFrame read_entry(const std::byte* entry, std::uintptr_t place) noexcept {
  constexpr CallFrame nothing_written(Kind::chain);
  std::uint32_t size = 0;
  std::memcpy(&size, entry, sizeof size);
  const std::byte* const end = entry + sizeof size + size;
  Reader reader(entry + sizeof size, end);
  const std::byte* const here = reader.at();
  const auto distance = reader.read<std::uint32_t>();
  Common common;
  std::uintptr_t begin = 0;
  std::uintptr_t length = 0;
  if (distance == 0 || !read_common(here - distance, common) ||
      !reader.read_address(common.encoding, begin) ||
      !reader.read_sized(common.encoding & 0x0f, length) ||
      place - begin >= length)
    return nothing_written;
  if (common.is_signal)
    return CallFrame(Kind::signal);
  if (common.has_augmentation)
    reader.skip(reader.read_unsigned());
  Program program(common, begin, place);
  if (!program.run(Reader(common.program, common.end)))
    return CallFrame(Kind::end);
  program.begin_function();
  if (!program.run(reader))
    return CallFrame(Kind::end);
  return frame_of(program.rules());
}

}  // namespace

CallFrame read_call_frame(const std::byte* unwind_index,
                          std::uintptr_t place) noexcept {
  // The form that linkers write: a table of pairs, sorted, relative to its
  // beginning.
  constexpr unsigned char version = 1;
  constexpr unsigned char count_encoding = 0x03;
  constexpr unsigned char table_encoding = 0x3b;
  struct Header {
    unsigned char version, frames_encoding, count_encoding, table_encoding;
    std::int32_t frames;
    std::uint32_t count;
  };
  struct Pair {
    std::int32_t begin, entry;
  };
  constexpr CallFrame nothing_written(Kind::chain);
  if (unwind_index == nullptr)
    return nothing_written;
  const auto& header = *reinterpret_cast<const Header*>(unwind_index);
  if (header.version != version || header.count_encoding != count_encoding ||
      header.table_encoding != table_encoding)
    return nothing_written;
  const auto* const table = reinterpret_cast<const Pair*>(&header + 1);
  const auto base = reinterpret_cast<std::uintptr_t>(unwind_index);
  const auto offset = static_cast<std::int64_t>(place - base);
  std::size_t below = 0;  // so many begin at the place or before it
  for (std::size_t above = header.count; below != above;) {
    const std::size_t middle = below + (above - below) / 2;
    if (table[middle].begin <= offset)
      below = middle + 1;
    else
      above = middle;
  }
  if (below == 0)
    return nothing_written;
  return read_entry(unwind_index + table[below - 1].entry, place);
}

}  // namespace tarn::os
