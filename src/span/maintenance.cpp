#include "span/maintenance.hpp"

#include "tarn/system.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "base/spin_lock.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"
#include "span/limit.hpp"
#include "span/names.hpp"
#include "thread/table.hpp"

#include <bit>

namespace tarn::span {
namespace {

using base::relaxed;
constexpr std::uint64_t millisecond = 1'000'000;

// What idles through one of these loses half of its pages.
constexpr std::uint32_t half_life_ms = 250;
// This part of what is in use may wait longer, if it was needed lately: it is
// what a load that is level swings by.
constexpr std::size_t reserve_part = 16;
// Shelves dissolve what a whole round did not need.
constexpr std::uint32_t round_ms = 100;
// A cut granule's free chunks are purged after so many rounds without change.
constexpr unsigned quiet_rounds = 5;
// A thread is idle after this: with a round of the shelf and the age at which
// pages go, all is back within two seconds.
constexpr std::uint32_t quiet_ms = 500;
// How long seven eighths of a huge page must be in use.
constexpr std::uint32_t huge_patience_ms = 1000;

// The most that may idle with its pages, whatever its age.
constexpr std::size_t least_dirty_limit = 64 * MiB;
constexpr std::size_t dirty_part = 4;  // or this part of what is in use

// Stretches between two looks at the clock.
constexpr std::size_t stretches_together = 4;

// A request pays an eighth of the time since the last look, up to a
// millisecond.
constexpr std::uint64_t request_part = 8;

// The background thread sleeps this long, and the other when nothing idled in
// the last so many runs: with the age at which memory goes, within two seconds.
constexpr std::uint64_t shortest_sleep = 50 * millisecond;
constexpr std::uint64_t longest_sleep = 400 * millisecond;
constexpr unsigned calm_runs = 60;
constexpr std::uint64_t background_budget = 20 * millisecond;

struct State {
  base::SpinLock lock;
  std::uint32_t last_round TARN_GUARDED_BY(lock) = 0;
  // The sweep over all stretches.
  unsigned reservation TARN_GUARDED_BY(lock) = 0;
  std::size_t stretch TARN_GUARDED_BY(lock) = 0;
  std::size_t dirty_seen TARN_GUARDED_BY(lock) = 0;  // granules, so far
  std::size_t used_seen TARN_GUARDED_BY(lock) = 0;
  std::size_t last_dirty TARN_GUARDED_BY(lock) = 0;  // of the last sweep
  std::size_t excess TARN_GUARDED_BY(lock) = 0;      // bytes over the limit
  std::size_t reserve TARN_GUARDED_BY(lock) = 0;     // granules that may wait
};
constinit State state;

// Written by whoever maintains or chooses; relaxed, since they order nothing.
constinit std::atomic<std::size_t> purged{0};
constinit std::atomic<bool> do_requests_purge{true};
// Counts starts; a background thread ends when it is no longer the last one.
constinit std::atomic<std::uint32_t> background{0};
constinit std::atomic<bool> is_background_wanted{false};
constinit std::atomic<bool> are_forks_watched{false};
// The heap's and the object pools'; written once each, null until then.
constinit std::atomic<void (*)() noexcept> rooms_above[2] = {};
constinit std::atomic<void (*)() noexcept> revival{nullptr};
constinit std::atomic<bool> is_revival_due{false};
constinit std::atomic<bool> are_huge_pages_made{true};

class Deadline {
 public:
  explicit Deadline(std::uint64_t budget_ns) noexcept
      : end_(os::exact_now() + budget_ns) {}
  [[nodiscard]] bool is_over() const noexcept {
    return os::exact_now() >= end_;
  }

 private:
  std::uint64_t end_;
};

void add_purged(std::size_t bytes) noexcept {
  purged.fetch_add(bytes, relaxed);
}

void end_sweep() noexcept TARN_REQUIRES(state.lock) {
  const std::size_t used = state.used_seen * granule_size;
  const std::size_t dirty = state.dirty_seen * granule_size;
  const std::size_t limit =
      most_dirty(used, base::larger(least_dirty_limit, used / dirty_part));
  state.excess = dirty > limit ? dirty - limit : 0;
  state.last_dirty = dirty;
  state.reserve = state.used_seen / reserve_part;
  state.reservation = 0;
  state.stretch = 0;
  state.dirty_seen = 0;
  state.used_seen = 0;
}

void look_at(const Stretch& stretch) noexcept TARN_REQUIRES(state.lock) {
  const std::uint64_t free = stretch.free.load(relaxed);
  const std::uint64_t dirty = stretch.dirty.load(relaxed);
  state.dirty_seen += static_cast<std::size_t>(std::popcount(free & dirty));
  state.used_seen += static_cast<std::size_t>(std::popcount(~free));
}

// A few stretches further; false at the end of a sweep.
bool sweep_on(std::uint32_t now, bool may_collapse) noexcept
    TARN_REQUIRES(state.lock) {
  if (state.reservation >= the_space.reservations()) {
    end_sweep();
    return false;
  }
  Reservation& part = the_space.reservation(state.reservation);
  const std::size_t end =
      base::smaller(state.stretch + stretches_together, part.opened());
  // Lower stretches come first: what idles there leaves less for the others.
  std::size_t reserve =
      state.reserve - base::smaller(state.reserve, state.dirty_seen);
  const std::size_t bytes =
      part.purge(state.stretch, stretches_together, now,
                 state.excess != 0 ? 0 : half_life_ms, &reserve);
  state.excess -= base::smaller(state.excess, bytes);
  add_purged(bytes);
  for (; state.stretch < end; ++state.stretch) {
    look_at(part.stretch(state.stretch));
    if (are_huge_pages_made.load(relaxed))
      part.look_for_huge(state.stretch, now, may_collapse, huge_patience_ms);
  }
  const bool is_last = end == part.opened();
  const std::size_t window = Reservation::metadata_window();
  if (end != 0 && (is_last || end % window == 0))
    part.purge_metadata((end - 1) / window * window, window);
  if (is_last) {
    ++state.reservation;
    state.stretch = 0;
  }
  return true;
}

void run_upkeep() noexcept {
  for (const auto& room : rooms_above)
    if (void (*const upkeep)() noexcept = room.load(relaxed))
      upkeep();
}

void start_round(std::uint32_t now) noexcept TARN_REQUIRES(state.lock) {
  if (now - state.last_round < round_ms)
    return;
  state.last_round = now;
  run_upkeep();
  empty_idle_caches(now, quiet_ms);
  for (Shelf& shelf : shelves)
    shelf.end_round();
}

// True: the time is over, and there is more to do.
bool run(std::uint64_t budget_ns, bool may_collapse) noexcept
    TARN_REQUIRES(state.lock) {
  const Deadline deadline{budget_ns};
  const std::uint32_t now = now_ms();
  start_round(now);
  for (unsigned step = 0; step < steps; ++step)
    while (shelves[step].dissolve_one(step))
      if (deadline.is_over())
        return true;
  for (unsigned step = 0; step < cut_steps; ++step)
    while (const std::size_t bytes =
               shelves[step].purge_one(step, quiet_rounds)) {
      add_purged(bytes);
      if (deadline.is_over())
        return true;
    }
  const bool was_over = state.excess != 0;
  const std::size_t before = purged_bytes();
  while (sweep_on(now, may_collapse))
    if (deadline.is_over())
      return true;
  // What is locked stays: another sweep would only find it again.
  return state.excess != 0 && (!was_over || purged_bytes() != before);
}

void run_in_background() noexcept {
  const std::uint32_t mine = background.load(relaxed);
  unsigned calm = 0;
  while (is_background_wanted.load(relaxed) &&
         background.load(relaxed) == mine) {
    bool is_more = false;
    bool is_calm = false;
    {
      const base::Locked locked{state.lock};
      is_more = run(background_budget, true);
      is_calm = state.last_dirty == 0;
    }
    calm = is_calm ? calm + 1 : 0;
    if (!is_more)
      os::sleep(calm < calm_runs ? shortest_sleep : longest_sleep);
  }
}

void prepare_fork() noexcept TARN_UNCHECKED_LOCKS {
  state.lock.lock();
  lock_names_for_fork();
  lock_caches_for_fork();
  for (Shelf& shelf : shelves)
    shelf.lock().lock();
  lock_limit_for_fork();
  the_space.lock_for_fork();
}

void end_fork() noexcept TARN_UNCHECKED_LOCKS {
  the_space.unlock_after_fork();
  unlock_limit_after_fork();
  for (Shelf& shelf : shelves)
    shelf.lock().unlock();
  unlock_caches_after_fork();
  unlock_names_after_fork();
  state.lock.unlock();
}

void end_fork_in_child() noexcept {
  end_fork();
  is_background_wanted.store(false, relaxed);
  is_revival_due.store(revival.load(relaxed) != nullptr, relaxed);
  adopt_caches_in_child();
}

}  // namespace

std::uint64_t request_budget(std::uint32_t elapsed) noexcept {
  if (!do_requests_purge.load(relaxed) || is_background_wanted.load(relaxed))
    return 0;
  return base::smaller(elapsed * millisecond / request_part, millisecond);
}

void maintain_on_request_path(std::uint32_t elapsed) noexcept
    TARN_UNCHECKED_LOCKS {
  if (is_revival_due.load(relaxed) && is_revival_due.exchange(false, relaxed))
      [[unlikely]]
    revival.load(relaxed)();
  const std::uint64_t budget = request_budget(elapsed);
  if (budget == 0)
    return;
  end_own_round(now_ms());
  if (!state.lock.try_lock())
    return;
  run(budget, false);
  state.lock.unlock();
}

// One sweep counts what idles, the next one gives it back.
void relieve() noexcept TARN_UNCHECKED_LOCKS {
  static constinit std::atomic<std::uint32_t> last{0};  // orders nothing
  const std::uint32_t now = now_ms();
  if (last.exchange(now, relaxed) == now || !state.lock.try_lock())
    return;
  if (run(millisecond, false))
    run(millisecond, false);
  state.lock.unlock();
}

void set_upkeep(void (*upkeep)() noexcept) noexcept {
  for (auto& room : rooms_above) {
    void (*none)() noexcept = nullptr;
    if (room.compare_exchange_strong(none, upkeep, relaxed))
      return;
  }
}

std::size_t purge_now() noexcept {
  const base::Locked locked{state.lock};
  const std::size_t before = purged_bytes();
  run_upkeep();
  for (unsigned step = 0; step < steps; ++step)
    while (shelves[step].dissolve_one(step)) {
    }
  for (unsigned i = 0; i < the_space.reservations(); ++i) {
    Reservation& part = the_space.reservation(i);
    add_purged(part.purge(0, part.opened(), now_ms(), 0));
  }
  return purged_bytes() - before;
}

void set_revival(void (*revive)() noexcept) noexcept {
  revival.store(revive, relaxed);
}

void make_huge_pages(bool wanted) noexcept {
  are_huge_pages_made.store(wanted, relaxed);
}

std::size_t purged_bytes() noexcept {
  return purged.load(relaxed);
}

void watch_forks() noexcept {
  if (are_forks_watched.exchange(true, relaxed))
    return;
  // Without hooks a child may find a lock taken; nothing better can be had.
  static_cast<void>(
      thread::at_fork({prepare_fork, end_fork, end_fork_in_child}));
}

namespace {

// Before there are threads: a fork that began without our hooks would leave the
// child a lock which nobody frees.
__attribute__((constructor)) void watch_forks_early() noexcept {
  watch_forks();
}

}  // namespace
}  // namespace tarn::span

namespace tarn {
inline namespace v1 {

bool maintain(std::uint64_t budget_ns) noexcept {
  span::end_own_round(span::now_ms());
  const base::Locked locked{span::state.lock};
  return span::run(budget_ns, true);
}

void purge_on_requests(bool wanted) noexcept {
  span::do_requests_purge.store(wanted, std::memory_order_relaxed);
}

bool start_background_maintenance() noexcept {
  if (span::is_background_wanted.exchange(true, std::memory_order_relaxed))
    return true;
  span::background.fetch_add(1, std::memory_order_relaxed);
  if (os::start_thread(span::run_in_background))
    return true;
  span::is_background_wanted.store(false, std::memory_order_relaxed);
  return false;
}

void stop_background_maintenance() noexcept {
  span::is_background_wanted.store(false, std::memory_order_relaxed);
}

}  // namespace v1
}  // namespace tarn

void tarn::port::set_upkeep(void (*upkeep)() noexcept) noexcept {
  tarn::span::set_upkeep(upkeep);
}
