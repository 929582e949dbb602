#include "check/stack_memo.hpp"

#include "base/memory_orders.hpp"
#include "os/memory.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using base::acquire;
using base::relaxed;
using base::release;

// Deeper ones are walked.
constexpr unsigned most_steps = 23;
constexpr std::size_t step_size = sizeof(std::uintptr_t);

// Four lines of a cache, of which most stacks need two or three.
struct alignas(64) Known {
  // Odd while the rest is written. All is read by acquire, so that the turn is
  // read last, and written by release, so that nothing is seen before the turn
  // is odd; each pairs with the other.
  std::atomic<std::uint32_t> turn;
  std::atomic<StackId> id;
  std::atomic<std::uintptr_t> frame;
  std::atomic<std::uint8_t> most;
  std::atomic<std::uint8_t> steps;
  std::atomic<std::uint16_t> places[most_steps];  // words above the frame
  std::atomic<std::uintptr_t> words[most_steps];
};

// As many places of a function as are told apart.
constexpr unsigned ways = 8;
constexpr unsigned set_bits = 9;

constexpr unsigned sets_there_are = 1u << set_bits;

struct Sets {
  Known known[sets_there_are][ways];
  // The way that was met last, of each set: most often it is met again.
  std::atomic<std::uint8_t> recent[sets_there_are];
  std::atomic<std::uint32_t> next;  // the way to be written
};

// Published once; pairs with the acquire in known_stack().
constinit std::atomic<Sets*> sets{nullptr};

std::size_t set_of(std::uintptr_t frame) noexcept {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  return (std::uint64_t{frame} >> 4) * golden >> (64 - set_bits);
}

Sets* make_sets() noexcept {
  auto* const made = reinterpret_cast<Sets*>(os::reserve_zeroed(sizeof(Sets)));
  if (made == nullptr)
    return nullptr;
  Sets* expected = nullptr;
  if (sets.compare_exchange_strong(expected, made, std::memory_order_acq_rel))
    return made;
  os::unreserve(reinterpret_cast<std::byte*>(made), sizeof(Sets));
  return expected;
}

[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] inline bool has_word(
    std::uintptr_t place, std::uintptr_t word) noexcept {
  return *reinterpret_cast<const volatile std::uintptr_t*>(place) == word;
}

// `room` words lie there.
bool leads_here(const Known& known, std::uintptr_t frame,
                std::size_t room) noexcept {
  const unsigned steps = known.steps.load(acquire);
  if (steps == 0 || steps > most_steps)
    return false;
  for (unsigned i = 0; i < steps; ++i) {
    const std::size_t place = known.places[i].load(acquire);
    if (place >= room ||
        !has_word(frame + place * step_size, known.words[i].load(acquire)))
      return false;
  }
  return true;
}

// Its stack, if that is who is at the frame; 0: it is not.
StackId id_if(const Known& known, std::uintptr_t frame, unsigned most,
              std::size_t room) noexcept {
  const std::uint32_t turn = known.turn.load(acquire);
  if (known.frame.load(acquire) != frame || turn % 2 != 0 ||
      known.most.load(acquire) != most)
    return 0;
  const StackId id = known.id.load(acquire);
  const bool is_it = leads_here(known, frame, room);
  return is_it && known.turn.load(acquire) == turn ? id : 0;
}

// Whether the trail is short and near enough to be kept.
bool fits(std::uintptr_t frame, const os::Trail& trail) noexcept {
  if (trail.steps == 0 || trail.steps > most_steps)
    return false;
  const std::uintptr_t last = trail.places[trail.steps - 1];
  return last >= frame && (last - frame) / step_size <= UINT16_MAX &&
         (last - frame) / step_size < os::own_words_above(frame);
}

}  // namespace

StackId known_stack(std::uintptr_t frame, unsigned most) noexcept {
  Sets* const all = sets.load(acquire);
  const std::size_t room = os::own_words_above(frame);
  if (all == nullptr || room == 0)
    return 0;
  const std::size_t set = set_of(frame);
  const unsigned recent = all->recent[set].load(relaxed);
  for (unsigned i = 0; i < ways; ++i) {
    const unsigned way = (recent + i) % ways;
    const StackId id = id_if(all->known[set][way], frame, most, room);
    if (id == 0)
      continue;
    if (i != 0)
      all->recent[set].store(static_cast<std::uint8_t>(way), relaxed);
    return id;
  }
  return 0;
}

void remember_stack(std::uintptr_t frame, unsigned most, const os::Trail& trail,
                    StackId id) noexcept {
  Sets* all = sets.load(acquire);
  if (id == 0 || !fits(frame, trail) ||
      (all == nullptr && (all = make_sets()) == nullptr))
    return;
  Known& known =
      all->known[set_of(frame)][all->next.fetch_add(1, relaxed) % ways];
  std::uint32_t turn = known.turn.load(relaxed);
  if (turn % 2 != 0 || !known.turn.compare_exchange_strong(
                           turn, turn + 1, std::memory_order_acq_rel))
    return;
  known.frame.store(frame, release);
  known.most.store(static_cast<std::uint8_t>(most), release);
  known.steps.store(static_cast<std::uint8_t>(trail.steps), release);
  for (unsigned i = 0; i < trail.steps; ++i) {
    const std::size_t place = (trail.places[i] - frame) / step_size;
    known.places[i].store(static_cast<std::uint16_t>(place), release);
    known.words[i].store(trail.words[i], release);
  }
  known.id.store(id, release);
  known.turn.store(turn + 2, release);
}

}  // namespace tarn::check
