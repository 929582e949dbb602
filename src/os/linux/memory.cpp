// Raw system calls where the libc's wrapper is intercepted by sanitizers, whose
// shadow of a reservation of a terabyte would be the larger memory of the two,
// or where an older libc has no name for the call.
#include "os/memory.hpp"

#include "tarn/detail/bits.hpp"

#include "os/linux/advise.hpp"
#include "os/process.hpp"
#include "os/sanitizers.hpp"

#include <atomic>
#include <cstdint>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Found at run time, so that the released library knows them too.
extern "C" {
// NOLINTBEGIN(clang-diagnostic-reserved-identifier): theirs.
__attribute__((weak)) void __tsan_init();
__attribute__((weak)) void __asan_init();
__attribute__((weak)) void __msan_init();
// NOLINTEND(clang-diagnostic-reserved-identifier)
}

namespace tarn::os {
namespace {

// Newer than the headers of some systems that have them at run time.
constexpr int advise_populate_write = 23;
constexpr int advise_collapse = 25;

// set_mempolicy's modes, from the kernel's interface.
constexpr int policy_default = 0;
constexpr int policy_bind = 2;

constexpr std::size_t largest_page = 64 * KiB;

// Sanitizers leave little room in their map of addresses.
constexpr std::size_t most_under_sanitizer = 8 * GiB;

// Counts down by any thread; relaxed, since it orders nothing.
constinit std::atomic<long> requests_left{-1};

bool is_refused() noexcept {
  if (requests_left.load(std::memory_order_relaxed) < 0) [[likely]]
    return false;
  long left = requests_left.load(std::memory_order_relaxed);
  while (left > 0)
    if (requests_left.compare_exchange_weak(left, left - 1,
                                            std::memory_order_relaxed))
      return false;
  return left == 0;
}

std::byte* map(std::size_t size, int access) noexcept {
  const long result =
      syscall(SYS_mmap, nullptr, size, access,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return result == -1 ? nullptr : reinterpret_cast<std::byte*>(result);
}

// Sparse tables, of which a huge page would make two megabytes present.
std::byte* map_sparse(std::size_t size, int access) noexcept {
  std::byte* const memory = is_refused() ? nullptr : map(size, access);
  if (memory != nullptr)
    advise(memory, size, MADV_NOHUGEPAGE);
  return memory;
}

// This processor has but one size. To ask would touch a page of the C library
// that small programs do without.
std::size_t real_page() noexcept {
#if defined(__x86_64__)
  return 4 * KiB;
#else
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
#endif
}

std::size_t read_page_size() noexcept {
  const std::size_t real = real_page();
  const std::size_t asked = bytes_from_environment("TARN_PAGE_SIZE", real);
  const bool is_usable =
      is_pow2(asked) && asked > real && asked <= largest_page;
  return is_usable ? asked : real;
}

// Bytes of address space in use: the first number of statm counts pages.
std::size_t address_space_used() noexcept {
  char text[32];
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  const ssize_t size = read(file, text, sizeof text);
  close(file);
  std::size_t pages = 0;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i)
    pages = pages * 10 + static_cast<std::size_t>(text[i] - '0');
  return pages * real_page();
}

// Memcheck tells of the other way to ask; this one it knows.
bool can_be_copied(const void* p) noexcept {
  const Unseen unseen;
  std::uint64_t word = 0;
  const iovec to{&word, sizeof word};
  const iovec from{const_cast<void*>(p), sizeof word};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof word;
}

}  // namespace

std::size_t page_size() noexcept {
  // Written with one value by any thread that asks first; it orders nothing.
  static constinit std::atomic<std::size_t> size{0};
  const std::size_t known = size.load(std::memory_order_relaxed);
  if (known != 0) [[likely]]
    return known;
  const std::size_t found = read_page_size();
  size.store(found, std::memory_order_relaxed);
  return found;
}

std::byte* reserve(std::size_t size, std::size_t align) noexcept {
  if (is_refused())
    return nullptr;
  std::byte* const wide = map(size + align, PROT_NONE);
  if (wide == nullptr)
    return nullptr;
  std::byte* const memory = detail::align_up(wide, align);
  const std::size_t before = detail::bytes_between(wide, memory);
  if (before != 0)
    unreserve(wide, before);
  unreserve(memory + size, align - before);
  // A core dump would read every page of a terabyte to find it empty.
  advise(memory, size, MADV_DONTDUMP);
  return memory;
}

std::byte* reserve_zeroed(std::size_t size) noexcept {
  return map_sparse(size, PROT_READ | PROT_WRITE);
}

std::byte* reserve_readable(std::size_t size) noexcept {
  return map_sparse(size, PROT_READ);
}

bool make_writable(std::byte* memory, std::size_t size) noexcept {
  return !is_refused() &&
         syscall(SYS_mprotect, memory, size, PROT_READ | PROT_WRITE) == 0;
}

bool commit(std::byte* memory, std::size_t size) noexcept {
  if (is_refused() ||
      syscall(SYS_mprotect, memory, size, PROT_READ | PROT_WRITE) != 0)
    return false;
  advise(memory, size, MADV_DODUMP);
  // Huge pages come where they are asked for. All memory says so from the
  // start, since it would be cut into mappings by what comes to say so later.
  advise(memory, size, MADV_NOHUGEPAGE);
  return true;
}

bool protect(std::byte* memory, std::size_t size) noexcept {
  return syscall(SYS_mprotect, memory, size, PROT_NONE) == 0;
}

bool purge(std::byte* memory, std::size_t size) noexcept {
  return advise(memory, size, MADV_DONTNEED);
}

void unreserve(std::byte* memory, std::size_t size) noexcept {
  if (size != 0)
    syscall(SYS_munmap, memory, size);
}

bool populate(std::byte* memory, std::size_t size) noexcept {
  if (is_refused())
    return false;
  if (advise(memory, size, advise_populate_write))
    return true;
  // Before Linux 5.14: a write that changes nothing makes the page present.
  for (std::size_t at = 0; at < size; at += page_size()) {
    volatile std::byte* const page = memory + at;
    *page = *page;
  }
  return true;
}

bool lock_pages(std::byte* memory, std::size_t size) noexcept {
  return !is_refused() && syscall(SYS_mlock, memory, size) == 0;
}

void unlock_pages(std::byte* memory, std::size_t size) noexcept {
  syscall(SYS_munlock, memory, size);
}

bool allow_huge_pages(std::byte* memory, std::size_t size,
                      bool allowed) noexcept {
  return advise(memory, size, allowed ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

std::size_t present(std::byte* memory, std::size_t size) noexcept {
  unsigned char pages[huge_page / (4 * KiB)];
  const std::size_t page = real_page();
  if (size > huge_page || syscall(SYS_mincore, memory, size, pages) != 0)
    return 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < size / page; ++i)
    bytes += (pages[i] & 1u) * page;
  return bytes;
}

bool is_readable(const void* p) noexcept {
  if (has_memcheck()) [[unlikely]]
    return can_be_copied(p);
  // The set of signals is read before the command is looked at, which is none.
  constexpr long no_command = -1;
  constexpr std::size_t set = 8;
  syscall(SYS_rt_sigprocmask, no_command, p, nullptr, set);
  return errno != EFAULT;
}

bool collapse(std::byte* memory, std::size_t size) noexcept {
  return advise(memory, size, advise_collapse);
}

bool bind_to_node(std::byte* memory, std::size_t size, int node) noexcept {
  constexpr unsigned long nodes = 1024;
  constexpr unsigned word = 8 * sizeof(unsigned long);
  unsigned long mask[nodes / word] = {};
  if (node < 0)
    return syscall(SYS_mbind, memory, size, policy_default, nullptr, 0, 0) == 0;
  const auto number = static_cast<unsigned>(node);
  if (number >= nodes || is_refused())
    return false;
  mask[number / word] |= 1ul << (number % word);
  // The kernel counts one bit less than it is told.
  return syscall(SYS_mbind, memory, size, policy_bind, mask, nodes + 1, 0) == 0;
}

std::size_t most_to_reserve() noexcept {
  std::size_t most = bytes_from_environment("TARN_RESERVE", no_limit);
  if (is_shadowed() && most > most_under_sanitizer)
    most = most_under_sanitizer;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return most;
  const std::size_t used = address_space_used();
  const std::size_t left = limit.rlim_cur > used ? limit.rlim_cur - used : 0;
  return left / 2 < most ? left / 2 : most;
}

bool is_shadowed() noexcept {
  return &__tsan_init != nullptr || &__asan_init != nullptr ||
         &__msan_init != nullptr;
}

void refuse_requests_after(long count) noexcept {
  requests_left.store(count < 0 ? -1 : count, std::memory_order_relaxed);
}

}  // namespace tarn::os
