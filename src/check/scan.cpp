// Registers come onto the stack by the call: those that a function must keep
// are spilled into this frame, the others hold nothing across it.
#include "check/scan.hpp"

#include "tarn/detail/bits.hpp"

#include "base/spin_lock.hpp"
#include "span/space.hpp"

#include <atomic>
#include <csetjmp>

namespace tarn::check {
namespace {

constexpr unsigned most_left_out = 64;

using os::Stretch;

constinit base::SpinLock lock;
constinit Stretch left_out[most_left_out] = {};
// Written under the lock when the place is complete; pairs with for_each_gap().
constinit std::atomic<unsigned> left_out_count{0};

struct Sieve {
  os::LookAtStretch look;
  void* context;
  Stretch dead_stack;  // below the caller's frame
};

// What is left out: the dead part of the stack, the address space of pools,
// tables. An empty one is a place that was put back.
Stretch hole(const Sieve& sieve, unsigned i) noexcept {
  if (i == 0)
    return sieve.dead_stack;
  const unsigned reservations = span::the_space.reservations();
  if (i > reservations)
    return left_out[i - 1 - reservations];
  const span::Reservation& part = span::the_space.reservation(i - 1);
  const std::byte* const begin = part.granule(0);
  return {begin, begin + part.size()};
}

unsigned holes() noexcept {
  return 1 + span::the_space.reservations() +
         left_out_count.load(std::memory_order_acquire);
}

// Passes on what of `stretch` is in no hole from the `first` on.
// NOLINTNEXTLINE(misc-no-recursion): as deep as there are holes in it.
void pass(const Sieve& sieve, Stretch stretch, unsigned first) noexcept {
  const unsigned count = holes();
  for (unsigned i = first; i < count; ++i) {
    const Stretch out = hole(sieve, i);
    if (out.begin >= stretch.end || stretch.begin >= out.end)
      continue;
    if (stretch.begin < out.begin)
      pass(sieve, {stretch.begin, out.begin}, i + 1);
    if (out.end >= stretch.end)
      return;
    stretch.begin = out.end;
  }
  sieve.look(sieve.context, stretch);
}

void sift(void* sieve, Stretch stretch) noexcept {
  pass(*static_cast<const Sieve*>(sieve), stretch, 0);
}

// Calls `scan` with this frame, which holds the registers of the callers.
template <class Scan>
[[gnu::noinline]] auto with_registers(Scan&& scan) noexcept {
  std::jmp_buf registers;
  static_cast<void>(setjmp(registers));
  asm volatile("" : : "r"(&registers) : "memory");
  return scan(reinterpret_cast<const std::byte*>(&registers));
}

}  // namespace

bool leave_out(const void* table, std::size_t size) noexcept {
  const base::Locked locked{lock};
  const unsigned count = left_out_count.load(std::memory_order_relaxed);
  const auto* const begin = static_cast<const std::byte*>(table);
  unsigned place = 0;
  while (place < count && left_out[place].begin != nullptr)
    ++place;
  if (place == most_left_out)
    return false;
  left_out[place] = {begin, begin + size};
  if (place == count)
    left_out_count.store(count + 1, std::memory_order_release);
  return true;
}

void put_back(const void* table) noexcept {
  const base::Locked locked{lock};
  for (Stretch& place : left_out)
    if (place.begin == table)
      place = {nullptr, nullptr};
}

void scan_roots(os::LookAtStretch look, void* context) noexcept {
  with_registers([&](const std::byte* frame) noexcept {
    Sieve sieve{look, context, {nullptr, nullptr}};
    os::for_each_global(sift, &sieve);
    if (const std::byte* const end = os::stack_end())
      sift(&sieve, {frame, end});
    return true;
  });
}

bool scan_everything(os::LookAtStretch look, void* context) noexcept {
  return with_registers([&](const std::byte* frame) noexcept {
    Sieve sieve{look, context, {os::own_stack().begin, frame}};
    return os::for_each_mapping(sift, &sieve);
  });
}

}  // namespace tarn::check
