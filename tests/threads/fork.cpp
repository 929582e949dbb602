// Forks in a storm of threads that lend and give back: each child uses what it
// inherited, allocates anew, starts threads, maintains and forks again.
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;

constexpr int forks = 60;

std::atomic<bool> is_over{false};

void storm(unsigned seed) {
  unsigned random = seed;
  while (!is_over) {
    random = random * 1664525 + 1013904223;
    Region region{RegionOptions{.name = random >> 30 == 0 ? "storm" : nullptr}};
    const std::size_t blocks = random >> 22;
    for (std::size_t i = 0; i < blocks; ++i)
      std::memset(region.allocate(1 + (random >> 16) % 5000), 1, 1);
  }
}

bool fill(Region& region, int mark) {
  for (int i = 0; i < 3000; ++i) {
    void* const block = region.allocate(100);
    if (block == nullptr)
      return false;
    std::memset(block, mark, 100);
  }
  return true;
}

int live_as_child(Region& inherited, const unsigned char* text, bool again) {
  for (int i = 0; i < 100; ++i)
    if (text[i] != 'x')
      return 1;
  if (!fill(inherited, 1))
    return 2;
  inherited.reset();
  for (int i = 0; i < 10; ++i) {
    Region region{RegionOptions{.name = "child"}};
    if (!fill(region, 2))
      return 3;
  }
  maintain(10'000'000);
  if (space_stats().threads > 1)
    return 4;
  // A sanitizer's runtime does not let threads be started here.
  if (!os::is_shadowed())
    std::thread([] {
      Region region;
      fill(region, 3);
    }).join();
  if (!again)
    return 0;
  const pid_t child = fork();
  if (child == 0) {
    Region region;
    _exit(fill(region, 4) ? 0 : 5);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 6;
}

}  // namespace

int main() {
  start_background_maintenance();
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i)
    threads.emplace_back(storm, i + 1);
  int failures = 0;
  for (int i = 0; i < forks; ++i) {
    auto* const inherited = new Region;
    auto* const text = static_cast<unsigned char*>(inherited->allocate(100));
    std::memset(text, 'x', 100);
    const pid_t child = fork();
    if (child == 0) {
      // A lock that nobody frees would hold the child for ever.
      alarm(60);
      const int status = live_as_child(*inherited, text, i % 8 == 0);
      delete inherited;
      _exit(status);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) {
      std::fprintf(stderr, "child %d ended with status %x\n", i, status);
      ++failures;
    }
    delete inherited;
  }
  is_over = true;
  for (std::thread& thread : threads)
    thread.join();
  return failures == 0 ? 0 : 1;
}
