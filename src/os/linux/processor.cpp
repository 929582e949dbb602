// Which processor a thread runs on, and restartable sequences, whose area the C
// library has registered (glibc 2.35). A program that registers one of its own
// has told glibc not to (GLIBC_TUNABLES), so there is none to find here.
#include "port/processor.hpp"

#include "os/file.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#  include "os/linux/sequences_x86_64.hpp"
#elif defined(__aarch64__) && !defined(__ILP32__) && !defined(__AARCH64EB__)
#  include "os/linux/sequences_aarch64.hpp"
#else
namespace tarn::os {
inline constexpr bool has_sequences = false;
inline void* pop(std::ptrdiff_t, port::ProcessorPlaces) noexcept {
  return nullptr;
}
inline bool push(std::ptrdiff_t, port::ProcessorPlaces, void*) noexcept {
  return false;
}
inline port::ProcessorPlace* withdraw(std::ptrdiff_t, port::ProcessorPlaces,
                                      void*, void*&) noexcept {
  return nullptr;
}
}  // namespace tarn::os
#endif

extern "C" {
// NOLINTBEGIN(clang-diagnostic-reserved-identifier): theirs.
// Of the C library; a size of 0 says that nothing is registered.
extern const std::ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));
// Its presence tells that a sanitizer looks at what happens before what.
void __tsan_init() __attribute__((weak));
// NOLINTEND(clang-diagnostic-reserved-identifier)
}

namespace tarn::port {
namespace {

// membarrier's commands, from the kernel's interface (Linux 5.10).
constexpr int restart_expedited = 1 << 7;
constexpr int restart_register = 1 << 8;

// A place each: beyond that many a processor has none.
constexpr std::uint32_t most_processors = 8192;
constexpr std::uint32_t unknown = UINT32_MAX;

// Each is found anew by whoever comes first, and is the same for all; the
// count's release pairs with the acquire of who reads it.
constinit std::atomic<std::uint32_t> count{unknown};
constinit std::atomic<std::ptrdiff_t> area{0};

bool tell_barrier(int command) noexcept {
  return syscall(SYS_membarrier, command, 0, 0) == 0;
}

// The last number in a list such as 0-3,8-11, and one more.
std::uint32_t possible_processors() noexcept {
  char text[256];
  if (!os::read_start("/sys/devices/system/cpu/possible", text, sizeof text))
    return 0;
  std::uint32_t number = 0;
  bool was_digit = false;
  for (const char* at = text; *at != '\0'; ++at) {
    const bool is_digit = *at >= '0' && *at <= '9';
    if (is_digit)
      number =
          (was_digit ? number * 10 : 0) + static_cast<std::uint32_t>(*at - '0');
    was_digit = is_digit;
  }
  return number < most_processors ? number + 1 : most_processors;
}

std::uint32_t look() noexcept {
  const bool is_registered =
      &__rseq_size != nullptr && __rseq_size != 0 && &__tsan_init == nullptr;
  if (!os::has_sequences || !is_registered || !tell_barrier(restart_register))
    return 0;
  area.store(__rseq_offset, std::memory_order_relaxed);
  return possible_processors();
}

}  // namespace

std::uint32_t processor_count() noexcept {
  std::uint32_t known = count.load(std::memory_order_acquire);
  if (known == unknown) {
    known = look();
    count.store(known, std::memory_order_release);
  }
  return known;
}

void* processor_pop(ProcessorPlaces places) noexcept {
  return os::pop(area.load(std::memory_order_relaxed), places);
}

bool processor_push(ProcessorPlaces places, void* pointer) noexcept {
  return os::push(area.load(std::memory_order_relaxed), places, pointer);
}

ProcessorPlace* processor_withdraw(ProcessorPlaces places, void* nothing,
                                   void*& taken) noexcept {
  return os::withdraw(area.load(std::memory_order_relaxed), places, nothing,
                      taken);
}

bool restart_sequences() noexcept {
  return tell_barrier(restart_expedited);
}

}  // namespace tarn::port
