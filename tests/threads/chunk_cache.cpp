// Threads lend, pass on and give back chunks of all sizes, while another one
// maintains as fast as it can and so empties caches under their owners. Every
// chunk carries a mark at both ends: one that two owners had would show it.
#include "tarn/describe.hpp"
#include "tarn/system.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr int threads = 4;
constexpr int steps = 20'000;
constexpr std::size_t mark_size = 32;

struct Item {
  Loan loan;
  int mark;
};

std::mutex passed_lock;
std::vector<Item> passed;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

Item lend(std::mt19937& random) {
  std::size_t size = std::size_t{4096} << (random() % 7);
  if (random() % 64 == 0)
    size = 300'000 + random() % 5'000'000;
  const Loan loan = system_upstream().lend({size - random() % 3});
  if (!loan)
    fail("nothing was lent");
  const int mark = static_cast<int>(random() % 256);
  std::memset(loan.memory, mark, mark_size);
  std::memset(loan.memory + loan.size - mark_size, mark, mark_size);
  return {loan, mark};
}

void take_back(const Item& item) {
  const std::byte mark{static_cast<unsigned char>(item.mark)};
  const std::byte* const end = item.loan.memory + item.loan.size - mark_size;
  for (std::size_t i = 0; i < mark_size; ++i)
    if (item.loan.memory[i] != mark || end[i] != mark)
      fail("a chunk had two owners");
  system_upstream().take_back(item.loan);
}

// Gives an item to others and takes one of theirs.
void pass_on(Item& item, std::mt19937& random) {
  const std::lock_guard guard{passed_lock};
  if (passed.size() < 64) {
    passed.push_back(item);
    item = lend(random);
  } else {
    std::swap(item, passed[random() % passed.size()]);
  }
}

void work(unsigned seed) {
  std::mt19937 random{seed};
  std::vector<Item> items;
  for (int i = 0; i < steps; ++i) {
    const unsigned choice = random() % 16;
    if (choice < 8 && items.size() < 300) {
      items.push_back(lend(random));
    } else if (choice == 8 && !items.empty()) {
      pass_on(items[random() % items.size()], random);
    } else if (choice == 9 && i % 64 == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    } else if (!items.empty()) {
      const std::size_t at = random() % items.size();
      take_back(items[at]);
      items[at] = items.back();
      items.pop_back();
    }
  }
  for (const Item& item : items)
    take_back(item);
}

}  // namespace

int main() {
  std::atomic<bool> is_over{false};
  std::thread keeper([&] {
    while (!is_over)
      maintain(1'000'000);
  });
  for (unsigned round = 0; round < 3; ++round) {
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i)
      workers.emplace_back(work, round * threads + i + 1);
    for (std::thread& worker : workers)
      worker.join();
  }
  is_over = true;
  keeper.join();
  for (const Item& item : passed)
    take_back(item);
  // All chunks came back, so all but what caches and store keep is free.
  const SpaceStats stats = space_stats();
  if (stats.held > stats.cached + stats.stored + 2 * MiB)
    fail("chunks were lost");
  std::puts("no chunk had two owners");
}
