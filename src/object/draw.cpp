// An object now and then that the check guards. What a thread has at hand is
// put aside where a clock strikes, so that its next calls come by: one of them
// takes the object, and another one brings it back, which nobody would see
// else. After so many calls the thread has its own at hand again all the same;
// an object that comes back later lies among the others until somebody looks.
#include "object/state.hpp"
#include "port/object_hooks.hpp"
#include "port/sample_hooks.hpp"

namespace tarn::object {
namespace {

// Some nanoseconds each.
constexpr std::uint16_t calls_aside = 256;
// So that no program keeps step.
constexpr std::uint32_t most_to_pass = 8;
// As often as a thread of a heap asks, where a pool has no magazines.
constexpr std::uint32_t calls_between_draws = 2048;
// What came and went by the fast paths nobody knows.
constexpr std::uint32_t uncounted = 0;

// Takes what is guarded out of the thread's magazine.
void recall(State& state, Cache& cache,
            const port::ObjectHooks& hooks) noexcept {
  const Busy busy{cache};
  void** const rounds = cache.rounds();
  for (std::uint32_t i = cache.count(); i-- != 0;) {
    void* const slot = rounds[i];
    if (!hooks.is_drawn(slot))
      continue;
    const std::uint32_t last = cache.count() - 1;
    for (std::uint32_t k = i; k < last; ++k)
      rounds[k] = rounds[k + 1];
    cache.top.store(rounds + last, std::memory_order_release);
    hooks.end_draw(state, slot);
  }
}

// Shows what is guarded of some rounds, which others may change meanwhile.
struct Finder {
  bool (*is_drawn)(const void* slot) noexcept;
  void (*show)(void* with, const void* slot) noexcept;
  void* with;

  [[gnu::noinline, gnu::no_sanitize_thread]] void look(
      void* const* rounds, std::size_t count) const noexcept {
    for (std::size_t i = 0; i < count; ++i)
      if (const void* const slot = rounds[i]; is_drawn(slot))
        show(with, slot);
  }

  void operator()(const Magazine& magazine) const noexcept {
    look(magazine.rounds(), magazine.count);
  }
};

// What a thread loads or changes meanwhile is there all the same: no magazine
// goes back while the pool's lock is held.
[[gnu::noinline, gnu::no_sanitize_thread]] void look_at_hand(
    const Finder& finder, Cache& cache) noexcept {
  constexpr auto acquire = std::memory_order_acquire;
  const Magazine* const loaded = std::atomic_ref{cache.loaded}.load(acquire);
  void* const* const rounds = loaded != nullptr ? loaded->rounds() : cache.own;
  const std::size_t room =
      loaded != nullptr ? loaded->capacity : Cache::own_capacity;
  const auto count = static_cast<std::size_t>(cache.top.load(acquire) - rounds);
  if (count <= room)
    finder.look(rounds, count);
  if (const Magazine* const previous =
          std::atomic_ref{cache.previous}.load(acquire))
    finder.look(previous->rounds(), base::smaller<std::uint32_t>(
                                        cache.in_previous, previous->capacity));
}

// A call that came by on its own: a trip, or what a clock had put aside.
void begin_turn(State& state, Cache& cache, const port::ObjectHooks& hooks,
                const port::SampleHooks& clock) noexcept {
  if (state.drawn_out.load(std::memory_order_relaxed) != 0)
    recall(state, cache, hooks);
  if (!clock.may_sample(port::DrawOf::objects, uncounted))
    return;
  cache.aside = calls_aside;
  cache.to_pass = static_cast<std::uint16_t>(clock.random() % most_to_pass);
  state.disarm(cache);
}

}  // namespace

void State::find_drawn(void (*show)(void* with, const void* slot) noexcept,
                       void* with) const noexcept {
  const Finder finder{port::object_hooks()->is_drawn, show, with};
  HandTable& present = *table().load(std::memory_order_relaxed);
  for (std::size_t number = 0; number < present.size; ++number)
    if (Cache* const cache = caches(present)[number])
      look_at_hand(finder, *cache);
  // Processors have no magazines of a sampled pool.
  depot.for_each(finder);
}

TakenSlot State::draw(Cache* cache) noexcept {
  const port::SampleHooks& clock = *port::sample_hooks();
  const port::ObjectHooks& hooks = *port::object_hooks();
  if (cache != nullptr && cache->aside == 0)
    begin_turn(*this, *cache, hooks, clock);
  const bool is_all = port::are_all_drawn();
  const bool is_turn =
      cache != nullptr
          ? cache->aside != 0 && (cache->to_pass == 0 || cache->to_pass-- == 0)
          : clock.random() % calls_between_draws == 0 &&
                clock.may_sample(port::DrawOf::objects, uncounted);
  if (!is_turn && !is_all)
    return {};
  if (cache != nullptr)
    cache->to_pass = calls_aside;
  return hooks.draw(*this);
}

bool State::end_draw(Cache* cache, void* slot) noexcept {
  const port::ObjectHooks& hooks = *port::object_hooks();
  if (!hooks.is_drawn(slot))
    return false;
  hooks.end_draw(*this, slot);
  if (cache == nullptr)
    return true;
  // Another one at once, if there is time, else as ever.
  const port::SampleHooks& clock = *port::sample_hooks();
  if (cache->aside != 0 && clock.may_sample(port::DrawOf::objects, uncounted))
    cache->to_pass = static_cast<std::uint16_t>(clock.random() % most_to_pass);
  else
    cache->aside = 0;
  return true;
}

}  // namespace tarn::object
