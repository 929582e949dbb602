#include "check/stack_memo.hpp"

#include "os/memory.hpp"

#include <atomic>

namespace tarn::check {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

struct Known {
  // Odd while the rest is written. All is read by acquire, so that the turn is
  // read last, and written by release, so that nothing is seen before the turn
  // is odd; each pairs with the other.
  std::atomic<std::uint32_t> turn;
  std::atomic<StackId> id;
  std::atomic<std::uintptr_t> frame;
  std::atomic<std::uint32_t> steps;
  std::atomic<std::uintptr_t> places[os::Trail::longest];
  std::atomic<std::uintptr_t> words[os::Trail::longest];
};

// As many places of a function as are told apart.
constexpr unsigned ways = 8;
constexpr unsigned set_bits = 7;

struct Set {
  Known known[ways];
  std::atomic<std::uint32_t> next;  // the one to be written
};

// Published once; pairs with the acquire in known_stack().
constinit std::atomic<Set*> sets{nullptr};

Set& set_of(Set* all, std::uintptr_t frame) noexcept {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  return all[(std::uint64_t{frame} >> 4) * golden >> (64 - set_bits)];
}

Set* make_sets() noexcept {
  constexpr std::size_t size = sizeof(Set) << set_bits;
  auto* const made = reinterpret_cast<Set*>(os::reserve_zeroed(size));
  if (made == nullptr)
    return nullptr;
  Set* expected = nullptr;
  if (sets.compare_exchange_strong(expected, made, std::memory_order_acq_rel))
    return made;
  os::unreserve(reinterpret_cast<std::byte*>(made), size);
  return expected;
}

[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] bool has_word(
    std::uintptr_t place, std::uintptr_t word) noexcept {
  return *reinterpret_cast<const volatile std::uintptr_t*>(place) == word;
}

bool leads_here(const Known& known, std::uintptr_t frame) noexcept {
  const std::uint32_t steps = known.steps.load(acquire);
  if (known.frame.load(acquire) != frame || steps == 0 ||
      steps > os::Trail::longest ||
      !os::is_own_stack(frame, known.places[steps - 1].load(acquire)))
    return false;
  for (std::uint32_t i = 0; i < steps; ++i) {
    const std::uintptr_t place = known.places[i].load(acquire);
    if (place < frame || place > known.places[steps - 1].load(acquire) ||
        !has_word(place, known.words[i].load(acquire)))
      return false;
  }
  return true;
}

}  // namespace

StackId known_stack(std::uintptr_t frame) noexcept {
  Set* const all = sets.load(acquire);
  if (all == nullptr)
    return 0;
  for (const Known& known : set_of(all, frame).known) {
    const std::uint32_t turn = known.turn.load(acquire);
    const StackId id = known.id.load(acquire);
    if (turn % 2 != 0 || id == 0 || !leads_here(known, frame))
      continue;
    if (known.turn.load(acquire) == turn)
      return id;
  }
  return 0;
}

void remember_stack(std::uintptr_t frame, const os::Trail& trail,
                    StackId id) noexcept {
  Set* all = sets.load(acquire);
  if (id == 0 || trail.steps == 0 ||
      !os::is_own_stack(frame, trail.places[trail.steps - 1]) ||
      (all == nullptr && (all = make_sets()) == nullptr))
    return;
  Set& set = set_of(all, frame);
  Known& known = set.known[set.next.fetch_add(1, relaxed) % ways];
  std::uint32_t turn = known.turn.load(relaxed);
  if (turn % 2 != 0 || !known.turn.compare_exchange_strong(
                           turn, turn + 1, std::memory_order_acq_rel))
    return;
  known.frame.store(frame, release);
  known.steps.store(trail.steps, release);
  for (unsigned i = 0; i < trail.steps; ++i) {
    known.places[i].store(trail.places[i], release);
    known.words[i].store(trail.words[i], release);
  }
  known.id.store(id, release);
  known.turn.store(turn + 2, release);
}

}  // namespace tarn::check
