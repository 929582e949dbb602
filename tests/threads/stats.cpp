// Snapshots, sentences about addresses and all three forms while threads
// allocate, hand blocks to each other, begin and end heaps and named regions,
// and end themselves. Every snapshot must be one that could be, and at rest the
// figures must be exact.
#include "tarn/stats.hpp"

#include "tarn/describe.hpp"
#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr unsigned threads = 4;
constexpr int rounds = 3;
constexpr int steps = 20'000;
constexpr int snapshots_at_least = 20;

std::mutex lock;
std::vector<void*> handed_over;
std::atomic<unsigned> working{0};

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

void* exchange(void* block, std::mt19937& random) {
  const std::lock_guard hold{lock};
  if (handed_over.size() < 200) {
    handed_over.push_back(block);
    return nullptr;
  }
  std::swap(block, handed_over[random() % handed_over.size()]);
  return block;
}

void use_pools(std::mt19937& random) {
  Region region{{.name = random() % 2 == 0 ? "even" : "odd"}};
  require(region.allocate(random() % 20'000) != nullptr, "a region has memory");
  Heap own{{.name = "own", .compact = random() % 2 == 0}};
  for (int i = 0; i < 50; ++i)
    require(own.allocate(random() % 2000) != nullptr, "a heap has memory");
}

void work(unsigned seed) {
  std::mt19937 random{seed};
  std::vector<void*> mine;
  for (int i = 0; i < steps; ++i) {
    const std::size_t size = random() % 50 == 0 ? 100'000 : random() % 3000;
    void* block = default_heap().allocate(size);
    require(block != nullptr, "there is memory");
    std::memset(block, 1, size);
    if (random() % 2 == 0)
      block = exchange(block, random);
    if (block != nullptr)
      mine.push_back(block);
    while (mine.size() > 300 || (!mine.empty() && random() % 2 == 0)) {
      default_heap().deallocate(mine.back());
      mine.pop_back();
    }
    if (i % 200 == 0)
      use_pools(random);
  }
  for (void* const block : mine)
    default_heap().deallocate(block);
  --working;
}

void check(const Snapshot& at) {
  for (const ClassStats& one : at.heap.of) {
    require(one.in_bins <= one.in_bins_most, "bins hold what they may");
    require(one.pinned <= one.held + one.held / 2, "pinned is held");
  }
  require(at.pool_count <= Snapshot::most_pools, "pools have room");
  for (unsigned i = 0; i < at.pool_count; ++i)
    require(std::strlen(at.pools[i].name) < sizeof at.pools[i].name,
            "names end");
}

void look_on() {
  const auto before = std::make_unique<Snapshot>(snapshot());
  const auto now = std::make_unique<Snapshot>();
  std::vector<char> text(256 * 1024);
  for (int i = 0; i < snapshots_at_least || working != 0; ++i) {
    *now = snapshot();
    check(*now);
    for (const StatsForm form :
         {StatsForm::text, StatsForm::json, StatsForm::openmetrics})
      require(write_stats(*now, before.get(), form, text.data(), text.size()) <
                  text.size(),
              "the text fits");
    void* block = nullptr;
    {
      const std::lock_guard hold{lock};
      if (!handed_over.empty())
        block = handed_over.back();
      describe(block, text.data(), text.size());
    }
    if (block != nullptr)
      require(std::strstr(text.data(), "0 bytes into a") != nullptr,
              "a block is told from its start");
  }
}

void one_round(unsigned seed) {
  working = threads;
  std::vector<std::thread> all;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back(work, seed * threads + i);
  look_on();
  for (std::thread& one : all)
    one.join();
}

}  // namespace

int main() {
  for (unsigned i = 0; i < rounds; ++i)
    one_round(i);
  std::size_t usable = 0;
  for (void* const block : handed_over)
    usable += default_heap().usable_size(block);
  const auto at = std::make_unique<Snapshot>(snapshot());
  require(at->heap.live() == usable, "at rest live is what is in use");
  for (void* const block : handed_over)
    default_heap().deallocate(block);
  require(snapshot().heap.live() == 0, "in the end nothing is in use");
}
