// What compilers call where a core has no compare-and-swap (Cortex-M0, a RISC-V
// without A): the same with interrupts off, which is enough, since such a core
// is alone. A program may define them itself. Needs the privileged mode, in
// which such cores run unless told otherwise.
#include <cstdint>

#if !defined(__GCC_HAVE_SYNC_COMPARE_AND_SWAP_4) && \
    (defined(__arm__) || defined(__riscv))

namespace tarn::base {
namespace {

#  ifdef __arm__
class InterruptsOff {
 public:
  InterruptsOff() noexcept {
    asm volatile("mrs %0, primask\n cpsid i" : "=r"(before_) : : "memory");
  }
  ~InterruptsOff() {
    asm volatile("msr primask, %0" : : "r"(before_) : "memory");
  }
#  else
class InterruptsOff {
 public:
  InterruptsOff() noexcept {
    asm volatile(
        ".option push\n.option arch, +zicsr\n"
        "csrrci %0, mstatus, 8\n"
        ".option pop"
        : "=r"(before_)
        :
        : "memory");
  }
  ~InterruptsOff() {
    asm volatile(
        ".option push\n.option arch, +zicsr\n"
        "csrs mstatus, %0\n"
        ".option pop"
        :
        : "r"(before_ & 8)
        : "memory");
  }
#  endif
  InterruptsOff(const InterruptsOff&) = delete;
  InterruptsOff& operator=(const InterruptsOff&) = delete;

 private:
  std::uint32_t before_;
};

}  // namespace

// The compiler knows the names as its own, so they are given to the linker
// only.
extern "C" {
using Place = volatile std::uint32_t*;

[[gnu::weak]] std::uint32_t tarn_exchange(Place place, std::uint32_t value,
                                          int) asm("__atomic_exchange_4");
[[gnu::weak]] bool tarn_compare_exchange(
    Place place, std::uint32_t* expected, std::uint32_t value, int,
    int) asm("__atomic_compare_exchange_4");
[[gnu::weak]] std::uint32_t tarn_fetch_add(Place place, std::uint32_t value,
                                           int) asm("__atomic_fetch_add_4");
[[gnu::weak]] std::uint32_t tarn_fetch_sub(Place place, std::uint32_t value,
                                           int) asm("__atomic_fetch_sub_4");

std::uint32_t tarn_exchange(Place place, std::uint32_t value, int) {
  const InterruptsOff off;
  const std::uint32_t before = *place;
  *place = value;
  return before;
}

bool tarn_compare_exchange(Place place, std::uint32_t* expected,
                           std::uint32_t value, int, int) {
  const InterruptsOff off;
  const std::uint32_t before = *place;
  if (before != *expected) {
    *expected = before;
    return false;
  }
  *place = value;
  return true;
}

std::uint32_t tarn_fetch_add(Place place, std::uint32_t value, int) {
  const InterruptsOff off;
  const std::uint32_t before = *place;
  *place = before + value;
  return before;
}

std::uint32_t tarn_fetch_sub(Place place, std::uint32_t value, int) {
  return tarn_fetch_add(place, 0 - value, 0);
}
}
}  // namespace tarn::base

#endif
