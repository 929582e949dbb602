// A process forks while another thread is for certain inside a pool: it has the
// pool's lock and changes its magazines. The fork waits for the lock; the child
// has a pool that is whole, without what that thread had. So with magazines and
// without.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "object/state.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <pthread.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;
using object::Cache;
using object::State;

struct Thing {
  std::byte bytes[100];
};
using Pool = ObjectPool<Thing>;

constexpr std::size_t things = 3000;

enum class Step { before, is_held, forks, has_forked };
std::atomic<Step> step{Step::before};
std::atomic<bool> is_inside{false};

State& state_of(Pool& pool) {
  const Pool::Handle thing = pool.acquire();
  return State::of(*detail::slab_of(thing.get(), Pool::slab_size).pool);
}

void use(Pool& pool) {
  std::vector<Thing*> all(things);
  if (pool.acquire_many(all.data(), all.size()) != all.size())
    std::abort();
  pool.release_many(all.data(), all.size());
}

// Until the fork is over, which it must not be, or a while has passed in which
// one that does not wait would be.
void hold_until_forked() {
  for (int i = 0; i < 200 && step != Step::has_forked; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void work_inside(Pool& pool) {
  use(pool);
  State& state = state_of(pool);
  std::optional<object::Busy> busy;
  if (Cache* const cache = state.own_cache())
    busy.emplace(*cache);
  {
    const base::Locked locked{state.lock};
    is_inside = true;
    step = Step::is_held;
    while (step == Step::is_held)
      std::this_thread::yield();
    hold_until_forked();
    is_inside = false;
  }
  while (step != Step::has_forked)
    std::this_thread::yield();
}

// Handlers run from the newest to the oldest, so before the pool's own.
void tell_that_it_forks() {
  step = Step::forks;
}

int work_in_child(std::unique_ptr<Pool>& pool) {
  if (is_inside)
    return 1;
  use(*pool);
  pool->reap();
  if (!pool->check())
    return 2;
  pool.reset();
  return 0;
}

bool is_whole_after_fork(bool magazines) {
  auto pool = std::make_unique<Pool>(
      ObjectPoolOptions{.name = "things", .magazines = magazines});
  step = Step::before;
  use(*pool);
  std::thread inside{[&] { work_inside(*pool); }};
  while (step != Step::is_held)
    std::this_thread::yield();
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);  // a lock that nobody will free ends the child
    _exit(work_in_child(pool));
  }
  step = Step::has_forked;
  inside.join();
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "the child ended with %d\n", status);
    return false;
  }
  return pool->stats().in_use == 0 && pool->check();
}

}  // namespace

int main() {
  { const Pool first; }  // its handlers come before ours
  pthread_atfork(tell_that_it_forks, nullptr, nullptr);
  return is_whole_after_fork(true) && is_whole_after_fork(false) ? 0 : 1;
}
