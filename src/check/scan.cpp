#include "check/scan.hpp"

#include "tarn/detail/bits.hpp"

#include "base/spin_lock.hpp"
#include "port/check_mode.hpp"
#include "span/space.hpp"
#include "thread/table.hpp"

#include <atomic>
#include <cstdint>

namespace tarn::check {
namespace {

constexpr unsigned most_left_out = 64;

using os::Stretch;

constinit base::SpinLock scan_lock;
constinit Stretch left_out[most_left_out] = {};
// Of those that stay out and may grow together.
constinit bool is_for_good[most_left_out] = {};
// Written under the lock when the place is complete; pairs with for_each_gap().
constinit std::atomic<unsigned> left_out_count{0};

Stretch stretch_of(const void* table, std::size_t size) noexcept {
  const auto* const begin = static_cast<const std::byte*>(table);
  return {begin, begin + size};
}

struct Sieve {
  os::LookAtStretch look;
  void* context;
  Stretch dead_stack;  // below the caller's frame
};

constexpr unsigned own_holes = 3;

// What is left out: the dead part of the stack, the list of tables itself, the
// space, which knows where its parts begin, the address space of pools, tables.
// An empty one is a place that was put back.
Stretch hole(const Sieve& sieve, unsigned i) noexcept {
  if (i == 0)
    return sieve.dead_stack;
  if (i == 1)
    return stretch_of(left_out, sizeof left_out);
  if (i == 2)
    return stretch_of(&span::the_space, sizeof span::the_space);
  const unsigned reservations = span::the_space.reservations();
  if (i >= reservations + own_holes)
    return left_out[i - own_holes - reservations];
  const span::Reservation& part = span::the_space.reservation(i - own_holes);
  const std::byte* const begin = part.granule(0);
  return {begin, begin + part.size()};
}

unsigned holes() noexcept {
  return own_holes + span::the_space.reservations() +
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

bool add(Stretch table, bool stays) noexcept {
  const base::Locked locked{scan_lock};
  const unsigned count = left_out_count.load(std::memory_order_relaxed);
  unsigned place = 0;
  while (place < count && left_out[place].begin != nullptr)
    ++place;
  if (place == most_left_out)
    return false;
  left_out[place] = table;
  is_for_good[place] = stays;
  if (place == count)
    left_out_count.store(count + 1, std::memory_order_release);
  return true;
}

// The system places one mapping below the other, mostly.
bool grow(Stretch table) noexcept {
  const base::Locked locked{scan_lock};
  for (unsigned i = 0; i < most_left_out; ++i) {
    if (!is_for_good[i])
      continue;
    if (left_out[i].begin == table.end)
      left_out[i].begin = table.begin;
    else if (left_out[i].end == table.begin)
      left_out[i].end = table.end;
    else
      continue;
    return true;
  }
  return false;
}

// The C library drops whole pages below the last frame, but not what is in one
// with it. ThreadSanitizer takes the thread for ended, and the next one that
// has its stack for one that races with it.
[[gnu::noinline, gnu::no_sanitize_thread]] void clear_stack() noexcept {
  constexpr std::size_t room = 8 * KiB;
  volatile std::uintptr_t words[room / sizeof(std::uintptr_t)];
  for (volatile std::uintptr_t& word : words)
    word = 0;
}

// Nothing is searched for in mode sampled, where each thread would pay.
void end_thread() noexcept {
  if (port::mode_of(CheckMode::of_process) != CheckMode::sampled)
    clear_stack();
}

}  // namespace

void clear_stacks_at_end() noexcept {
  // Once; orders nothing.
  static constinit std::atomic<bool> is_asked{false};
  if (!is_asked.load(std::memory_order_relaxed) &&
      !is_asked.exchange(true, std::memory_order_relaxed))
    static_cast<void>(thread::at_exit(end_thread));
}

bool leave_out(const void* table, std::size_t size) noexcept {
  return grow(stretch_of(table, size)) || add(stretch_of(table, size), true);
}

bool leave_out_for_now(const void* table, std::size_t size) noexcept {
  return add(stretch_of(table, size), false);
}

void put_back(const void* table) noexcept {
  const base::Locked locked{scan_lock};
  for (unsigned i = 0; i < most_left_out; ++i)
    if (left_out[i].begin == table && !is_for_good[i])
      left_out[i] = {nullptr, nullptr};
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

bool scan_everything(const std::byte* frame, os::LookAtStretch look,
                     void* context) noexcept {
  Sieve sieve{look, context, {os::own_stack().begin, frame}};
  return os::for_each_mapping(sift, &sieve);
}

}  // namespace tarn::check
