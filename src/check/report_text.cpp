// A report as text. Each section is left out where nothing is known of it.
#include "tarn/detail/thread_number.hpp"

#include "base/sparse.hpp"
#include "check/frames.hpp"
#include "check/modes.hpp"
#include "check/report_forms.hpp"
#include "check/stacks.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"

#include <new>

namespace tarn::check {
namespace {

constexpr const char* indent = "  ";
constexpr const char* further = "    ";

// Not on the stack, of which there may be little: see report.cpp.
TARN_SPARSE constinit base::Line the_line;

base::Line& new_line() noexcept {
  return *::new (&the_line) base::Line;
}

void write_stack(Output& out, StackId id) noexcept {
  const Stack stack = stack_of(id);
  for (unsigned i = 0; i < stack.count; ++i) {
    base::Line& line = new_line();
    write_frame(line, i, stack.frames[i]);
    out << further << line << "\n";
  }
  if (stack.count == 0)
    out << further << "(no stack is known)\n";
}

// Clocks of records have 32 bits, so that differences are right across a turn.
void write_ago(Output& out, std::uint32_t at) noexcept {
  constexpr std::uint32_t exact = 10'000;
  constexpr std::uint32_t second = 1000;
  const std::uint32_t ago = port::clock_ms() - at;
  if (ago < exact)
    out << std::uint64_t{ago} << " ms ago";
  else
    out << std::uint64_t{ago / second} << " s ago";
}

void write_event(Output& out, const char* what, unsigned thread,
                 std::uint32_t at, StackId stack) noexcept {
  out << what << " by thread " << std::uint64_t{thread} << ", ";
  write_ago(out, at);
  out << ":\n";
  write_stack(out, stack);
}

void write_hex(Output& out, std::byte byte) noexcept {
  const auto value = static_cast<unsigned>(byte);
  out.put("0123456789abcdef"[value >> 4]);
  out.put("0123456789abcdef"[value & 15]);
}

void write_bytes(Output& out, const Finding& finding, const std::byte* begin,
                 const std::byte (&bytes)[dump_width]) noexcept {
  out << further << base::Hex{begin} << " ";
  for (std::size_t i = 0; i < dump_width; ++i) {
    const std::byte* const at = begin + i;
    out.put(is_damaged(finding, at) || is_pointer(finding, at) ? '*' : ' ');
    write_hex(out, bytes[i]);
  }
  out << "  ";
  for (const std::byte byte : bytes) {
    const char c = static_cast<char>(byte);
    out.put(c >= ' ' && c <= '~' ? c : '.');
  }
  out.put('\n');
}

const char* legend_of(const Finding& finding) noexcept {
  if (finding.damage != nullptr)
    return ", a * before each changed byte:\n";
  return finding.holder.place != nullptr
             ? ", a * before each byte of the pointer:\n"
             : ":\n";
}

// Lines that nobody can read are left out, as those of guards.
void write_dump(Output& out, const Finding& finding) noexcept {
  const std::byte* const begin = dump_begin(finding);
  if (begin == nullptr)
    return;
  bool is_first = true;
  for (std::size_t i = 0; i < dump_lines; ++i) {
    std::byte bytes[dump_width];
    if (!read_line(begin + i * dump_width, bytes))
      continue;
    if (is_first)
      out << indent << "there" << legend_of(finding);
    is_first = false;
    write_bytes(out, finding, begin + i * dump_width, bytes);
  }
}

void write_block(Output& out, const Neighbour& block) noexcept {
  const Record* const record = block.record;
  if (record == nullptr)
    return;
  out << indent;
  write_event(out, "allocated", record->allocated_on, record->allocated_at,
              record->allocated_by);
  const auto use = static_cast<BlockUse>(record->use);
  if (use != BlockUse::quarantined && use != BlockUse::free)
    return;
  out << indent;
  write_event(out, "freed", record->freed_on, record->freed_at,
              record->freed_by);
}

// Ends a line that is about a block.
void end_with_allocation(Output& out, const Record* record) noexcept {
  if (record == nullptr) {
    out << "\n";
    return;
  }
  out << ", ";
  write_event(out, "allocated", record->allocated_on, record->allocated_at,
              record->allocated_by);
}

void write_neighbour(Output& out, const char* where,
                     const Neighbour& block) noexcept {
  if (block.block == nullptr)
    return;
  out << indent << where << " lies " << base::Hex{block.block} << ", "
      << std::uint64_t{block.size} << " bytes";
  end_with_allocation(out, block.record);
}

// Of a global tells the file and the place there, which has a name as a call
// has.
void write_holder(Output& out, const Holder& holder) noexcept {
  if (holder.place == nullptr)
    return;
  out << indent << "held at " << base::Hex{holder.place};
  if (holder.block.block == nullptr) {
    base::Line& line = new_line();
    if (write_global(line, detail::address_of(holder.place)))
      out << ", a global:\n" << further << line;
    out << "\n";
    return;
  }
  base::Line& pool = new_line();
  write_pool(pool, holder.pool);
  out << ", "
      << std::uint64_t{detail::bytes_between(holder.block.block, holder.place)}
      << " bytes into " << base::Hex{holder.block.block} << " ("
      << std::uint64_t{holder.block.size} << " bytes, " << pool << ")";
  end_with_allocation(out, holder.block.record);
}

void write_pool_entry(Output& out, PoolNumber number) noexcept {
  const PoolEntry* const entry = pool_entry(number);
  // Where the first block was asked for tells nothing of a default heap.
  if (entry == nullptr || entry->is_default)
    return;
  base::Line& name = new_line();
  write_pool(name, number);
  out << indent << name << " was made ";
  write_ago(out, entry->born);
  out << ":\n";
  write_stack(out, entry->site);
  if (entry->ended == 0 && entry->ended_by == 0)
    return;
  out << indent << "it ended ";
  write_ago(out, entry->ended);
  out << ":\n";
  write_stack(out, entry->ended_by);
}

void write_found(Output& out, StackId found_by) noexcept {
  out << indent << "found";
  if (is_at_exit()) {
    out << " at exit\n";
    return;
  }
  if (detail::own_number() != 0)
    out << " by thread " << std::uint64_t{detail::own_number() - 1};
  out << ":\n";
  write_stack(out, found_by);
}

}  // namespace

const std::byte* dump_begin(const Finding& finding) noexcept {
  const std::byte* const middle =
      finding.damage != nullptr ? finding.damage : finding.place;
  const auto address = reinterpret_cast<std::uintptr_t>(middle);
  if (address < 2 * dump_width)
    return nullptr;
  return middle - address % dump_width - dump_width;
}

[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] bool read_line(
    const std::byte* from, std::byte (&into)[dump_width]) noexcept {
  constexpr std::size_t word = 8;
  for (std::size_t at = 0; at < dump_width; at += word)
    if (!os::is_readable(from + at))
      return false;
  // Not by memcpy, which a sanitizer would look into: these bytes are nobody's
  // more often than not.
  for (std::size_t i = 0; i < dump_width; ++i)
    into[i] = static_cast<const volatile std::byte*>(from)[i];
  return true;
}

void write_details(Output& out, const Finding& finding, StackId found_by,
                   bool has_no_names) noexcept {
  write_found(out, found_by);
  write_known(out, finding, has_no_names);
}

void write_known(Output& out, const Finding& finding,
                 bool has_no_names) noexcept {
  write_dump(out, finding);
  write_block(out, finding.block);
  write_neighbour(out, "below it", finding.below);
  write_neighbour(out, "above it", finding.above);
  write_holder(out, finding.holder);
  const PoolNumber pool = finding.pool != 0 || finding.block.record == nullptr
                              ? finding.pool
                              : finding.block.record->pool;
  write_pool_entry(out, pool);
  if (has_no_names)
    out << indent << "functions and lines: tarn symbolize FILE, with this\n";
}

}  // namespace tarn::check
