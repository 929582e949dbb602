// A bit for each number, lowest free one first, so that tables indexed by it
// stay small. The key's destructor runs in rounds, of which there are few: each
// runs the hooks, since destructors of the program may have come back in
// between and still have their number; the last one gives that up.
#include "thread/table.hpp"

#include "tarn/detail/thread_number.hpp"

#include "base/order.hpp"
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "os/process.hpp"
#include "port/world.hpp"

#include <atomic>
#include <bit>
#include <cstddef>

namespace tarn {

inline namespace v1 {
constinit thread_local std::uint32_t detail::thread_number = 0;
}

namespace thread {
namespace {

using detail::thread_number;  // the index plus one
using Word = std::uint64_t;
constexpr unsigned bits = 64;
constexpr unsigned words = most_threads / bits;
constexpr unsigned most_hooks = 16;

// The last number is for those who find all others taken: never free.
constexpr Word shared_bit = Word{1} << (bits - 1);
constexpr Word never_free(unsigned word) noexcept {
  return word == words - 1 ? shared_bit : 0;
}

template <class T>
struct List {
  T entries[most_hooks];
  unsigned count;
};

constinit base::SpinLock table_lock;
TARN_SPARSE constinit Word taken[words] TARN_GUARDED_BY(table_lock) = {};
// Words from here on were never touched.
constinit unsigned touched TARN_GUARDED_BY(table_lock) = 0;
constinit unsigned first_with_room TARN_GUARDED_BY(table_lock) = 0;
constinit bool is_started TARN_GUARDED_BY(table_lock) = false;
constinit bool has_exit_hook TARN_GUARDED_BY(table_lock) = false;
constinit bool has_fork_hooks TARN_GUARDED_BY(table_lock) = false;
constinit List<Hook> exit_hooks TARN_GUARDED_BY(table_lock) = {};
constinit List<ForkHooks> fork_hooks TARN_GUARDED_BY(table_lock) = {};
// Written under the lock; readers may look at any time, and orders nothing.
TARN_SPARSE constinit std::atomic<std::uint32_t> generations[most_threads] = {};
constinit std::atomic<unsigned> living_threads{0};

enum class Watched : std::uint8_t { no, yes, after_hooks, over };

constinit thread_local Watched watched = Watched::no;
constinit thread_local bool is_second_round = false;

template <class T>
bool append(List<T>& list, const T& entry) noexcept {
  if (list.count == most_hooks)
    return false;
  list.entries[list.count++] = entry;
  return true;
}

void run_exit_hooks() noexcept;

void hold_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  for (unsigned i = 0; i < fork_hooks.count; ++i)
    fork_hooks.entries[i].prepare();
  table_lock.lock();
}

void release_in_parent() noexcept TARN_UNCHECKED_LOCKS {
  table_lock.unlock();
  for (unsigned i = fork_hooks.count; i-- != 0;)
    fork_hooks.entries[i].in_parent();
}

// Only the thread that forked lives on.
void release_in_child() noexcept TARN_UNCHECKED_LOCKS {
  for (unsigned i = 0; i < touched; ++i)
    taken[i] = 0;
  first_with_room = 0;
  living_threads.store(thread_number != 0 ? 1 : 0, std::memory_order_relaxed);
  if (thread_number != 0)
    taken[(thread_number - 1) / bits] |= Word{1}
                                         << ((thread_number - 1) % bits);
  table_lock.unlock();
  for (unsigned i = fork_hooks.count; i-- != 0;)
    fork_hooks.entries[i].in_child();
}

void start_forks() noexcept TARN_REQUIRES(table_lock) {
  if (!has_fork_hooks)
    has_fork_hooks =
        os::set_fork_hooks(hold_for_fork, release_in_parent, release_in_child);
}

// Not before a thread is watched: the ends of threads are told in the order of
// those who ask, and the program's own come first where they can.
void start() noexcept TARN_REQUIRES(table_lock) {
  if (is_started)
    return;
  is_started = true;
  has_exit_hook = os::set_thread_exit_hook(run_exit_hooks);
  start_forks();
}

std::uint32_t take_number() noexcept {
  const base::Locked locked{table_lock};
  start();
  for (unsigned i = first_with_room; i < words; ++i) {
    const Word unfree = taken[i] | never_free(i);
    if (~unfree == 0)
      continue;
    const auto bit = static_cast<unsigned>(std::countr_one(unfree));
    taken[i] |= Word{1} << bit;
    touched = base::larger(touched, i + 1);
    first_with_room = i;
    living_threads.fetch_add(1, std::memory_order_relaxed);
    return i * bits + bit + 1;
  }
  return most_threads;
}

void give_number_up() noexcept {
  if (thread_number == 0)
    return;
  const unsigned index = thread_number - 1;
  thread_number = 0;
  if (index == most_threads - 1)
    return;
  const base::Locked locked{table_lock};
  const Word bit = Word{1} << (index % bits);
  taken[index / bits] &= ~bit;
  if (index / bits < first_with_room)
    first_with_room = index / bits;
  generations[index].fetch_add(1, std::memory_order_relaxed);
  living_threads.fetch_sub(1, std::memory_order_relaxed);
}

void run_exit_hooks() noexcept {
  if (watched == Watched::yes) {
    List<Hook> hooks;
    {
      const base::Locked locked{table_lock};
      hooks = exit_hooks;
    }
    for (unsigned i = 0; i < hooks.count; ++i)
      hooks.entries[i]();
  }
  if (!is_second_round && os::watch_this_thread()) {
    is_second_round = true;
    watched = Watched::after_hooks;
    return;
  }
  watched = Watched::over;
  give_number_up();
}

[[gnu::noinline]] std::uint32_t enter() noexcept {
  if (watched == Watched::over)
    return most_threads;
  thread_number = take_number();
  static_cast<void>(watch());
  return thread_number;
}

}  // namespace

bool at_exit(Hook hook) noexcept {
  const base::Locked locked{table_lock};
  start();
  return append(exit_hooks, hook) && has_exit_hook;
}

bool at_fork(const ForkHooks& hooks) noexcept {
  const base::Locked locked{table_lock};
  start_forks();
  if (!append(fork_hooks, hooks))
    return false;
  if (hooks.is_outer) {
    for (unsigned i = fork_hooks.count - 1; i != 0; --i)
      fork_hooks.entries[i] = fork_hooks.entries[i - 1];
    fork_hooks.entries[0] = hooks;
  }
  return has_fork_hooks;
}

bool watch() noexcept {
  if (watched == Watched::after_hooks)
    watched = Watched::yes;
  if (watched != Watched::no)
    return watched == Watched::yes;
  {
    const base::Locked locked{table_lock};
    start();
    if (!has_exit_hook)
      return false;
  }
  if (!os::watch_this_thread())
    return false;
  watched = Watched::yes;
  return true;
}

bool is_over() noexcept {
  return watched == Watched::over;
}

std::uint32_t generation(unsigned index) noexcept {
  return generations[index].load(std::memory_order_relaxed);
}

unsigned living() noexcept {
  return living_threads.load(std::memory_order_relaxed);
}

}  // namespace thread

namespace port {
namespace {
constinit thread_local const void* innermost_short = nullptr;
}  // namespace

unsigned thread_index() noexcept {
  const std::uint32_t mine = detail::thread_number;
  if (mine == 0) [[unlikely]]
    return thread::enter() - 1;
  return mine - 1;
}

const void** budgets_short() noexcept {
  return &innermost_short;
}

bool set_thread_hooks(const ThreadHooks& hooks) noexcept {
  return thread::at_exit(hooks.at_end) &&
         thread::at_fork({hooks.before_fork, hooks.in_parent, hooks.in_child});
}

bool watch_thread() noexcept {
  return thread_index() < thread::most_threads - 1 && !thread::is_over() &&
         thread::watch();
}

}  // namespace port
}  // namespace tarn
