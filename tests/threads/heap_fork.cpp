// Forks in a storm of threads that allocate and give back: each child finds the
// blocks of its parent as they were, allocates at once, starts threads, gives
// back what it inherited and forks again.
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "base/build.hpp"
#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;

constexpr int forks = base::is_instrumented || base::is_dev ? 10 : 20;

std::atomic<bool> is_over{false};
std::atomic<void*> mailbox[64] = {};

// Blocks change threads through the mailbox, so that most go home by parcel.
void storm(unsigned seed) {
  unsigned random = seed;
  while (!is_over) {
    random = random * 1664525 + 1013904223;
    const std::size_t size = (random >> 20) % 1500 + (random >> 31) * 30'000;
    void* const block = default_heap().allocate(size);
    if (block != nullptr)
      std::memset(block, 1, size);
    default_heap().deallocate(mailbox[random >> 26].exchange(block));
  }
}

bool allocate_many() {
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 5000; ++i) {
    const std::size_t size = i * 37 % 3000;
    blocks.push_back(default_heap().allocate(size));
    if (blocks.back() == nullptr)
      return false;
    std::memset(blocks.back(), 2, size);
  }
  for (void* const block : blocks)
    default_heap().deallocate(block);
  return true;
}

int live_as_child(unsigned char* inherited, bool again) {
  for (int i = 0; i < 1000; ++i)
    if (inherited[i] != 'x')
      return 1;
  if (!allocate_many())
    return 2;
  for (std::atomic<void*>& block : mailbox)
    default_heap().deallocate(block.exchange(nullptr));
  default_heap().deallocate(inherited);
  std::atomic<bool> is_good{true};
  // A sanitizer's runtime does not let threads be started here.
  if (!os::is_shadowed())
    std::thread{[&is_good] { is_good = allocate_many(); }}.join();
  maintain(10'000'000);
  if (!is_good || !allocate_many())
    return 3;
  if (!again)
    return 0;
  const pid_t child = fork();
  if (child == 0)
    _exit(allocate_many() ? 0 : 4);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 5;
}

}  // namespace

int main() {
  std::vector<std::thread> all;
  for (unsigned i = 0; i < 4; ++i)
    all.emplace_back(storm, i + 1);
  int failed = 0;
  for (int i = 0; i < forks && failed == 0; ++i) {
    auto* const block =
        static_cast<unsigned char*>(default_heap().allocate(1000));
    std::memset(block, 'x', 1000);
    const pid_t child = fork();
    if (child == 0) {
      // A lock that nobody frees would hold the child for ever.
      alarm(60);
      _exit(live_as_child(block, i % 2 == 0));
    }
    int status = 0;
    waitpid(child, &status, 0);
    failed = WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
    default_heap().deallocate(block);
  }
  is_over = true;
  for (std::thread& thread : all)
    thread.join();
  if (failed != 0)
    std::fprintf(stderr, "a child failed: %d\n", failed);
  return failed != 0;
}
