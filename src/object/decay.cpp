// What nobody needed for a fifth of a second goes back: magazines of the depot
// into the slabs, and all but a share of the unused slabs to the upstream. The
// working set of Bonwick and Adams: what was left of a stack at its lowest was
// needed by nobody.
#include "object/capacity.hpp"
#include "object/state.hpp"
#include "port/world.hpp"

namespace tarn::object {
namespace {

// A magazine's way takes two of these at most, and the system's own windows
// come after it: all is back within two seconds.
constexpr std::uint32_t interval_ms = 200;
// What one call gives back, so that none takes longer than some microseconds
// under the lock: some thousand objects, some slabs.
constexpr std::size_t magazines_at_once = 32;
constexpr std::size_t slabs_at_once = 64;

// Threads that met at the depot so often within the interval get larger
// magazines, once that is known, and then no sooner than after so long: those
// in use have to come by.
constexpr std::size_t much_contention = 16;
constexpr std::uint32_t growth_ms = 20;

}  // namespace

void State::look() noexcept {
  const std::uint32_t now = port::clock_ms();
  if (contended - seen_contended > much_contention &&
      now - grown >= growth_ms) {
    capacity = next_capacity(capacity, slabs.shape().stride);
    seen_contended = contended;
    grown = now;
  }
  if (now - looked < interval_ms)
    return;
  looked = now;
  lacks_parts = false;
  due = {depot.idle_full(), depot.idle_empty(), slabs.idle()};
  has_due.store(due.is_any(), std::memory_order_relaxed);
  seen_contended = contended;
}

void State::keep_up() noexcept {
  if (!has_magazines || !lock.try_lock())
    return;
  look();
  // A sampled one has a clock of its own by this, where nothing else strikes.
  if (has_due.load(std::memory_order_relaxed) || is_sampled())
    disarm_all();
  lock.unlock();
}

void State::give_back_some() noexcept {
  std::size_t some = 0;
  {
    const base::Locked locked{lock};
    const std::size_t unused = slabs.unused();
    for (std::size_t i = 0; i < magazines_at_once && due.full != 0; ++i) {
      --due.full;
      if (Magazine* const magazine = depot.take_full())
        unload(magazine);
    }
    for (std::size_t i = 0; i < magazines_at_once && due.empty != 0; ++i) {
      --due.empty;
      if (Magazine* const magazine = depot.take_empty())
        drop(magazine);
    }
    // Nobody needed these for as long.
    const std::size_t emptied = slabs.unused() - unused;
    due.slabs += Slabs::but_a_share(emptied);
    slabs.count_idle(emptied);
    some = base::smaller(due.slabs, slabs_at_once);
    due.slabs -= some;
    has_due.store(due.is_any(), std::memory_order_relaxed);
  }
  if (some == 0)
    return;
  shrink(some);
  shrink_parts();
}

}  // namespace tarn::object
