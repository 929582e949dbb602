#include "os/guards.hpp"

#include "base/memory_orders.hpp"
#include "os/file.hpp"
#include "os/linux/advise.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"
#include "os/sanitizers.hpp"
#include "os/signals.hpp"

#include <atomic>
#include <climits>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tarn::os {
namespace {

// Newer than the headers of most systems that have them.
constexpr int advise_guard_install = 102;
constexpr int advise_guard_remove = 103;

// Both order nothing: whoever asks first asks the kernel, and two that do get
// the same answer.
enum class Marks : int { unknown, none, some };
constinit std::atomic<Marks> marks{Marks::unknown};
// Pieces that may still be protected; `unknown` before the kernel was asked.
constexpr long unknown = LONG_MIN;
constinit std::atomic<long> left{unknown};

using base::relaxed;

bool is_forgone() noexcept {
  const char* const text = environment("TARN_GUARD_MARKS");
  return text != nullptr && text[0] == 'n' && text[1] == 'o' && text[2] == '\0';
}

// On a page that is not locked, whatever others will be.
Marks ask_kernel() noexcept {
  // Of marks the kernel's list of what can be read says nothing.
  if (is_forgone() || reads_all_memory())
    return Marks::none;
  std::byte* const page = reserve(page_size(), page_size());
  if (page == nullptr)
    return Marks::none;
  unlock_pages(page, page_size());
  // An emulator may take any advice, and do nothing.
  const bool are_there = commit(page, page_size()) && is_readable(page) &&
                         advise(page, page_size(), advise_guard_install) &&
                         !is_readable(page);
  unreserve(page, page_size());
  return are_there ? Marks::some : Marks::none;
}

// Of the mappings that this process may have a quarter is ours. The program's
// own need the rest, and a thread that starts needs some.
long ask_for_quota() noexcept {
  constexpr long share = 4;
  constexpr long usual = 65530;
  char text[32];
  long most = 0;
  if (read_start("/proc/sys/vm/max_map_count", text, sizeof text))
    for (const char* c = text; *c >= '0' && *c <= '9' && most < INT_MAX; ++c)
      most = most * 10 + (*c - '0');
  if (most == 0)
    most = usual;
  // A guarded page makes three mappings of one.
  constexpr long mappings_of_one = 2;
  return most / share / mappings_of_one;
}

bool take_one() noexcept {
  return protections_left() > 0 && left.fetch_sub(1, relaxed) > 0;
}

bool protect_whole(std::byte* memory, std::size_t size) noexcept {
  if (!protect(memory, size))
    return false;
  if (purge(memory, size))
    return true;
  // It is locked: its bytes are there still.
  static_cast<void>(commit(memory, size));
  return false;
}

bool protect_within_quota(std::byte* memory, std::size_t size) noexcept {
  if (!take_one())
    return false;
  if (protect_whole(memory, size))
    return true;
  left.fetch_add(1, relaxed);
  return false;
}

}  // namespace

bool has_guard_marks() noexcept {
  if (marks.load(relaxed) == Marks::unknown)
    marks.store(ask_kernel(), relaxed);
  return marks.load(relaxed) == Marks::some;
}

long protections_left() noexcept {
  if (left.load(relaxed) == unknown)
    left.store(ask_for_quota(), relaxed);
  const long now = left.load(relaxed);
  return now < 0 ? 0 : now;
}

bool guard(std::byte* memory, std::size_t size) noexcept {
  begin_watch();
  if (has_guard_marks())
    return advise(memory, size, advise_guard_install);
  return protect_within_quota(memory, size);
}

bool unguard(std::byte* memory, std::size_t size) noexcept {
  if (has_guard_marks())
    return advise(memory, size, advise_guard_remove);
  if (!commit(memory, size))
    return false;
  left.fetch_add(1, relaxed);
  return true;
}

bool open_part(std::byte* memory, std::size_t size) noexcept {
  if (has_guard_marks())
    return unguard(memory, size);
  if (!take_one())
    return false;
  if (commit(memory, size))
    return true;
  left.fetch_add(1, relaxed);
  return false;
}

bool close_part(std::byte* memory, std::size_t size) noexcept {
  if (has_guard_marks())
    return guard(memory, size);
  if (!protect_whole(memory, size))
    return false;
  left.fetch_add(1, relaxed);
  return true;
}

void forgo_guard_marks(bool are_forgone, long protections) noexcept {
  marks.store(are_forgone ? Marks::none : Marks::unknown, relaxed);
  left.store(protections < 0 ? unknown : protections, relaxed);
}

}  // namespace tarn::os
