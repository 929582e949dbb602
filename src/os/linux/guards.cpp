#include "os/guards.hpp"

#include "os/memory.hpp"

#include <atomic>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tarn::os {
namespace {

// Newer than the headers of most systems that have them.
constexpr int advise_guard_install = 102;
constexpr int advise_guard_remove = 103;

enum class Marks : int { unknown, none, some };
// Orders nothing: whoever asks first asks the kernel.
constinit std::atomic<Marks> marks{Marks::unknown};

bool advise(std::byte* memory, std::size_t size, int advice) noexcept {
  return syscall(SYS_madvise, memory, size, advice) == 0;
}

Marks ask_kernel() noexcept {
  std::byte* const page = reserve(page_size(), page_size());
  if (page == nullptr)
    return Marks::none;
  const bool are_there = advise(page, page_size(), advise_guard_install);
  unreserve(page, page_size());
  return are_there ? Marks::some : Marks::none;
}

}  // namespace

bool has_guard_marks() noexcept {
  if (marks.load(std::memory_order_relaxed) == Marks::unknown)
    marks.store(ask_kernel(), std::memory_order_relaxed);
  return marks.load(std::memory_order_relaxed) == Marks::some;
}

bool guard(std::byte* memory, std::size_t size) noexcept {
  if (has_guard_marks())
    return advise(memory, size, advise_guard_install);
  return protect(memory, size);
}

bool unguard(std::byte* memory, std::size_t size) noexcept {
  if (has_guard_marks())
    return advise(memory, size, advise_guard_remove);
  return commit(memory, size);
}

}  // namespace tarn::os
