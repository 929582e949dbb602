#include "check/degrade.hpp"

#include "base/text.hpp"
#include "os/guards.hpp"
#include "port/last_words.hpp"

#include <atomic>
#include <cstddef>

namespace tarn::check {
namespace {

constexpr const char* sentences[] = {
    ("this kernel has no guard marks (Linux 6.13): guards take mappings, and "
     "there are few of them"),
    ("guards have a quarter of the mappings that this process may have "
     "(vm.max_map_count): touches beyond are not found until one is given "
     "back"),
    ("the kernel refused a guard: touches of that memory are not found"),
    ("the table of call stacks is full: reports lack those that are new"),
    ("no memory for call stacks: reports lack them"),
    ("no memory for records of blocks: blocks are given out unchecked"),
    ("no memory for pages around each block of a region: blocks lie between "
     "red zones"),
    ("no memory to keep freed blocks: uses of those that are given out again "
     "are not found"),
    ("no memory for the list of pools: new ones are not looked at"),
    ("somebody put another SIGSEGV handler, or none, in place of tarn's: "
     "touches of guarded memory since then were not told"),
    ("blocks of more than 4096 places grow old: leaks of the others are not "
     "suspected"),
    ("the file of report= cannot be written: reports go to standard error")};
static_assert(sizeof sentences / sizeof *sentences ==
              static_cast<std::size_t>(Degraded::kinds));

// A bit for each that was told; orders nothing.
constinit std::atomic<std::uint32_t> told{0};

constexpr std::uint32_t bit_of(Degraded what) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(what);
}

}  // namespace

void degraded(Degraded what) noexcept {
  if (is_degraded(what) ||
      (told.fetch_or(bit_of(what), std::memory_order_relaxed) & bit_of(what)) !=
          0)
    return;
  base::Line line;
  line << "tarn: check: " << sentences[static_cast<std::size_t>(what)] << "\n";
  port::write_error(line.text(), line.size());
}

void guard_is_refused() noexcept {
  degraded(os::has_guard_marks() ? Degraded::no_guards : Degraded::no_mappings);
}

bool are_guards_left() noexcept {
  if (os::has_guard_marks() || os::protections_left() != 0)
    return true;
  degraded(Degraded::no_mappings);
  return false;
}

bool is_degraded(Degraded what) noexcept {
  return (told.load(std::memory_order_relaxed) & bit_of(what)) != 0;
}

}  // namespace tarn::check
