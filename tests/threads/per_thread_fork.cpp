// Forks while other threads are in pools of a set. The child has its own pool
// and those that waited for a thread; those of threads that are not in it are
// never looked at again.
#include "tarn/per_thread.hpp"

#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <latch>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using tarn::EndedThread;
using tarn::PerThread;
using tarn::Region;
using tarn::Scratch;

constexpr int forks = 60;
constexpr int workers = 3;

std::atomic<bool> is_over{false};

bool fill(Region& region, std::size_t blocks) {
  for (std::size_t i = 0; i < blocks; ++i)
    if (region.allocate(100) == nullptr)
      return false;
  return true;
}

void storm(PerThread<Region>& set, std::latch& here) {
  const bool is_filled = fill(*set, 10);
  here.count_down();
  while (is_filled && !is_over) {
    const Scratch scratch;
    fill(*set, 50);
    fill(*scratch, 50);
    set->reset();
    PerThread<Region> brief{{.ended = EndedThread::release}};
    fill(*brief, 5);
  }
}

int live_as_child(PerThread<Region>& set, const int* number) {
  const tarn::PerThreadStats stats = set.stats();
  if (*number != 7 || !set->owns(number))
    return 1;
  if (stats.lost != workers || stats.pools != 2 || stats.waiting != 1)
    return 2;
  int seen = 0;
  set.for_each([&seen](Region&) { ++seen; });
  if (seen != 2)
    return 3;
  set.reset_all();
  {
    const Scratch here;
    PerThread<Region> own;
    if (!fill(*set, 1000) || !fill(*here, 1000) || !fill(*own, 1000))
      return 4;
  }
  // A sanitizer's runtime does not let threads be started here.
  if (!tarn::os::is_shadowed()) {
    bool is_adopted = false;
    std::thread{[&] { is_adopted = fill(*set, 10); }}.join();
    if (!is_adopted || set.stats().adopted != stats.adopted + 1)
      return 5;
  }
  return 0;
}

}  // namespace

int main() {
  auto* const set = new PerThread<Region>;
  if (set->local() == nullptr)
    return 1;
  std::latch here{workers};
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i)
    threads.emplace_back([set, &here] { storm(*set, here); });
  here.wait();
  std::thread{[set] { fill(**set, 10); }}.join();
  int failures = 0;
  for (int i = 0; i < forks; ++i) {
    const int* const number = (*set)->make<int>(7);
    const Scratch scratch;
    const pid_t child = fork();
    if (child == 0) {
      // A lock that nobody frees would hold the child for ever.
      alarm(60);
      const int status = live_as_child(*set, number);
      delete set;
      _exit(status);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) {
      std::fprintf(stderr, "child %d ended with status %x\n", i, status);
      ++failures;
    }
  }
  is_over = true;
  for (std::thread& thread : threads)
    thread.join();
  delete set;
  return failures == 0 ? 0 : 1;
}
