// A process forks while its threads acquire and release: the child, whose only
// thread is the one that forked, has a pool that is whole, and uses it.
#include "tarn/object_pool.hpp"

#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;

struct Thing {
  std::byte bytes[100];
};

constexpr int forks = 60;
constexpr std::size_t threads = 3;
constexpr std::size_t in_thread = 1000;
constexpr std::size_t in_child = 3000;

template <class Pool>
int work_in_child(std::unique_ptr<Pool>& pool) {
  std::vector<Thing*> all(in_child);
  if (pool->acquire_many(all.data(), all.size()) != all.size())
    return 1;
  pool->release_many(all.data(), all.size());
  // A sanitizer's runtime does not let threads be started here.
  if (!os::is_shadowed())
    std::thread{[&all, &pool] {
      if (pool->acquire_many(all.data(), all.size()) != all.size())
        std::abort();
      pool->release_many(all.data(), all.size());
    }}.join();
  pool->reap();
  const bool is_whole = pool->check();
  // What threads had that are not here is not told as being in use.
  pool.reset();
  return is_whole ? 0 : 2;
}

template <class Pool>
int failures_of(std::unique_ptr<Pool> pool) {
  std::atomic<bool> is_over{false};
  std::atomic<int> there{0};
  std::vector<std::thread> crew;
  for (std::size_t i = 0; i < threads; ++i)
    crew.emplace_back([&] {
      std::vector<Thing*> all(in_thread);
      while (!is_over) {
        if (pool->acquire_many(all.data(), all.size()) != all.size())
          std::abort();
        pool->release_many(all.data(), all.size());
        ++there;
      }
    });
  while (there < 10)
    std::this_thread::yield();
  int failures = 0;
  for (int i = 0; i < forks; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);  // a lock that nobody will free ends the child
      _exit(work_in_child(pool));
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
      std::fprintf(stderr, "child %d ended with %d\n", i, status);
      ++failures;
    }
  }
  is_over = true;
  for (std::thread& thread : crew)
    thread.join();
  if (pool->stats().in_use != 0 || !pool->check())
    ++failures;
  return failures;
}

template <class Pool>
std::unique_ptr<Pool> make(bool per_cpu) {
  return std::make_unique<Pool>(
      ObjectPoolOptions{.name = "things", .per_cpu = per_cpu});
}

// What threads had that are not here, the child has not.
std::unique_ptr<SteadyPool<Thing>> make_steady() {
  auto pool = make<SteadyPool<Thing>>(false);
  if (!pool->reserve(threads * in_thread + in_child + threads))
    std::abort();
  return pool;
}

}  // namespace

int main() {
  int failures = 0;
  for (const bool per_cpu : {false, true})
    failures += failures_of(make<ObjectPool<Thing>>(per_cpu));
  failures += failures_of(make_steady());
  return failures == 0 ? 0 : 1;
}
