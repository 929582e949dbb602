// A report as JSON: one line, read by jq and the like. What is not known is
// left out.
#include "tarn/detail/thread_number.hpp"

#include "base/sparse.hpp"
#include "check/report_forms.hpp"
#include "check/stacks.hpp"
#include "os/modules.hpp"
#include "os/process.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

// Not on the stack, of which there may be little: see report.cpp.
TARN_SPARSE constinit char path[512] = {};

// A byte above 127 as the letter of that number: a name may be no UTF-8.
void write_escaped(Output& out, char c) noexcept {
  const auto value = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out.put('\\');
    out.put(c);
  } else if (value >= ' ' && value <= '~') {
    out.put(c);
  } else {
    out << "\\u00";
    out.put("0123456789abcdef"[value >> 4]);
    out.put("0123456789abcdef"[value & 15]);
  }
}

void write_string(Output& out, const char* text) noexcept {
  out.put('"');
  for (; *text != '\0'; ++text)
    write_escaped(out, *text);
  out.put('"');
}

void write_address(Output& out, const void* address) noexcept {
  out << "\"" << base::Hex{address} << "\"";
}

void write_build_id(Output& out, const os::Module& module) noexcept {
  if (module.build_id_size == 0)
    return;
  out << ",\"build_id\":\"";
  for (std::size_t i = 0; i < module.build_id_size; ++i) {
    const auto byte = static_cast<unsigned>(module.build_id[i]);
    out.put("0123456789abcdef"[byte >> 4]);
    out.put("0123456789abcdef"[byte & 15]);
  }
  out << "\"";
}

// Code or a global, which `find` finds in a file of the process.
template <class Find>
void write_json_place(Output& out, std::uintptr_t place, Find find) noexcept {
  out << "{\"address\":";
  write_address(out, reinterpret_cast<const void*>(place));
  os::Module module{};
  if (find(place, module)) {
    os::read_path(module, path, sizeof path);
    out << ",\"module\":";
    write_string(out, path);
    out << ",\"offset\":";
    write_address(out, reinterpret_cast<const void*>(place - module.bias));
    write_build_id(out, module);
  }
  out << "}";
}

void write_json_stack(Output& out, StackId id) noexcept {
  const Stack stack = stack_of(id);
  out << "\"stack\":[";
  for (unsigned i = 0; i < stack.count; ++i) {
    if (i != 0)
      out.put(',');
    write_json_place(out, stack.frames[i] - 1, os::find_module);
  }
  out << "]";
}

void write_json_event(Output& out, const char* what, unsigned thread,
                      std::uint32_t at, StackId stack) noexcept {
  out << ",\"" << what << "\":{\"thread\":" << std::uint64_t{thread}
      << ",\"ms_ago\":" << std::uint64_t{port::clock_ms() - at} << ",";
  write_json_stack(out, stack);
  out << "}";
}

void write_json_block(Output& out, const char* name,
                      const Neighbour& block) noexcept {
  if (block.block == nullptr)
    return;
  out << ",\"" << name << "\":{\"address\":";
  write_address(out, block.block);
  out << ",\"size\":" << std::uint64_t{block.size};
  if (const Record* const record = block.record; record != nullptr) {
    const auto use = static_cast<BlockUse>(record->use);
    const bool is_freed = use == BlockUse::quarantined || use == BlockUse::free;
    out << ",\"state\":" << (is_freed ? "\"freed\"" : "\"live\"");
    write_json_event(out, "allocated", record->allocated_on,
                     record->allocated_at, record->allocated_by);
    if (is_freed)
      write_json_event(out, "freed", record->freed_on, record->freed_at,
                       record->freed_by);
  }
  out << "}";
}

void write_json_holder(Output& out, const Holder& holder) noexcept {
  if (holder.place == nullptr)
    return;
  out << ",\"holder\":";
  write_json_place(out, detail::address_of(holder.place),
                   os::find_module_of_data);
  write_json_block(out, "holding_block", holder.block);
}

void write_pool_of(Output& out, PoolNumber number) noexcept {
  const PoolEntry* const entry = pool_entry(number);
  if (entry == nullptr)
    return;
  out << ",\"pool\":{\"number\":" << std::uint64_t{number} << ",\"kind\":";
  write_string(out, port::noun_of(entry->kind));
  out << ",\"name\":";
  write_string(out, port::pool_name(entry->id));
  out << ",\"made_ms_ago\":" << std::uint64_t{port::clock_ms() - entry->born}
      << ",";
  write_json_stack(out, entry->site);
  out << "}";
}

void write_bytes(Output& out, const Finding& finding) noexcept {
  const std::byte* const begin = dump_begin(finding);
  if (begin == nullptr)
    return;
  out << ",\"bytes\":[";
  bool is_first = true;
  for (std::size_t i = 0; i < dump_lines; ++i) {
    const std::byte* const from = begin + i * dump_width;
    std::byte bytes[dump_width];
    if (!read_line(from, bytes))
      continue;
    out << (is_first ? "{\"address\":" : ",{\"address\":");
    is_first = false;
    write_address(out, from);
    out << ",\"hex\":\"";
    for (const std::byte byte : bytes) {
      out.put("0123456789abcdef"[static_cast<unsigned>(byte) >> 4]);
      out.put("0123456789abcdef"[static_cast<unsigned>(byte) & 15]);
    }
    out << "\"}";
  }
  out << "]";
  if (finding.damage == nullptr)
    return;
  out << ",\"changed\":{\"address\":";
  write_address(out, finding.damage);
  out << ",\"size\":" << std::uint64_t{finding.damaged} << "}";
}

constexpr const char* names[] = {
    "bad_alignment", "stale_mark",     "nested_reset",  "ended_before_child",
    "confined",      "wrong_pool",     "double_free",   "ended_in_use",
    "after_end",     "out_of_order",   "corrupted",     "overflow",
    "underflow",     "use_after_free", "use_after_end", "mismatch",
    "escape",        "leak",           "sealed"};
static_assert(sizeof names / sizeof *names ==
              static_cast<std::size_t>(Fault::sealed) + 1);

}  // namespace

const char* name_of(Fault fault) noexcept {
  return names[static_cast<std::size_t>(fault)];
}

void write_json(Output& out, const Finding& finding,
                StackId found_by) noexcept {
  out << "{\"schema\":\"tarn.fault/1\",\"process\":"
      << static_cast<std::uint64_t>(os::process_number());
  if (detail::own_number() != 0)
    out << ",\"thread\":" << std::uint64_t{detail::own_number() - 1};
  out << ",\"fault\":";
  write_string(out, name_of(finding.fault));
  out << ",\"line\":";
  write_string(out, finding.line.text());
  if (finding.place != nullptr) {
    out << ",\"address\":";
    write_address(out, finding.place);
  }
  if (is_at_exit())
    out << ",\"at_exit\":true";
  out << ",";
  write_json_stack(out, found_by);
  write_json_block(out, "block", finding.block);
  write_json_block(out, "below", finding.below);
  write_json_block(out, "above", finding.above);
  write_json_holder(out, finding.holder);
  const PoolNumber pool = finding.pool != 0 || finding.block.record == nullptr
                              ? finding.pool
                              : finding.block.record->pool;
  write_pool_of(out, pool);
  write_bytes(out, finding);
  out << "}\n";
}

}  // namespace tarn::check
