#include "os/linux/own_stack.hpp"

#include "os/maps.hpp"
#include "os/memory.hpp"
#include "os/stack.hpp"

#include <errno.h>

// Where glibc found the first thread's stack; null elsewhere.
extern "C" [[gnu::weak]] void* __libc_stack_end;  // NOLINT

namespace tarn::os {

constinit thread_local LastingStack lasting_stack;

namespace {

// Pages are at least of this size.
constexpr std::uintptr_t page = 4096;

// So much below the end of the first thread's stack the kernel leaves to it.
constexpr std::uintptr_t main_stack = std::uintptr_t{64} << 20;

// A thread may run on other stacks when it is asked first.
constexpr unsigned most_tries = 4;

// Valgrind's has no name.
bool is_main_stack(const Mapping& mapping) noexcept {
  if (&__libc_stack_end != nullptr) {
    const auto end = reinterpret_cast<std::uintptr_t>(__libc_stack_end);
    if (mapping.begin <= end && end < mapping.end)
      return true;
  }
  const char* name = "[stack]";
  const char* path = mapping.path;
  while (*name != '\0' && *name == *path) {
    ++name;
    ++path;
  }
  return *name == *path;
}

// What the C library keeps of a thread lies behind the thread's stack, in one
// piece with it: up to there it stays as long as the thread. The first thread's
// stack is known by the kernel's name.
void find_own(std::uintptr_t place) noexcept {
  if (lasting_stack.end != 0 || lasting_stack.tries == most_tries)
    return;
  ++lasting_stack.tries;
  Mapping mapping;
  if (!find_mapping(place, mapping))
    return;
  const auto thread =
      reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  if (is_main_stack(mapping)) {
    lasting_stack.begin = mapping.end - main_stack;
    lasting_stack.end = mapping.end;
  } else if (place < thread && thread <= mapping.end) {
    lasting_stack.begin = mapping.begin;
    lasting_stack.end = thread;
  }
}

bool is_readable_page(std::uintptr_t begin) noexcept {
  const int before = errno;
  const bool is_there = is_readable(reinterpret_cast<const void*>(begin));
  errno = before;
  return is_there;
}

}  // namespace

bool StackReader::extend(std::uintptr_t place) noexcept {
  if (place % sizeof(std::uintptr_t) != 0)
    return false;
  const std::uintptr_t begin = place & ~(page - 1);
  if (begin == 0)
    return false;
  find_own(place);
  const bool is_whole = is_own_and_in_use(place);
  if (!is_whole && !is_readable_page(begin))
    return false;
  // From the place on, what lies deeper is not asked for.
  begin_ = place;
  size_ = (is_whole ? lasting_stack.end : begin + page) - place;
  return true;
}

}  // namespace tarn::os
