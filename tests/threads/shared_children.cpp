// Children of a parent with shared_children are made, used and ended on other
// threads while the parent's thread goes on with the parent.
#include "tarn/region.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr int threads = 4;
constexpr int rounds = 3000;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "shared_children: %s: broken\n", what);
  std::abort();
}

// Counted by every thread, read after they have ended: relaxed suffices.
std::atomic<int> ended{0};

void make_and_end(tarn::Region& parent) {
  for (int round = 0; round < rounds; ++round) {
    tarn::Region first{child_of(parent), {.name = "first"}};
    tarn::Region second{child_of(parent)};
    const auto cleanup = [](void*) noexcept {
      ended.fetch_add(1, std::memory_order_relaxed);
    };
    demand(first.on_reset(cleanup, nullptr), "a cleanup of a child");
    demand(second.on_reset(cleanup, nullptr), "a cleanup of a child");
    demand(second.allocate(static_cast<std::size_t>(round)) != nullptr,
           "a block of a child");
    if (round % 2 == 0)
      second.reset();
  }
}

}  // namespace

int main() {
  tarn::Region parent{{.name = "parent", .shared_children = true}};
  std::vector<std::thread> makers;
  for (int i = 0; i < threads; ++i)
    makers.emplace_back([&parent] { make_and_end(parent); });
  for (int round = 0; round < rounds; ++round) {
    demand(parent.allocate(100) != nullptr, "a block of the parent");
    demand(parent.free_large(parent.allocate(1000000)), "a large one");
    demand(parent.on_reset([](void*) noexcept {}, nullptr), "a cleanup");
    demand(static_cast<bool>(parent.mark()), "a mark");
    demand(parent.make_child() != nullptr, "a child of the parent's thread");
  }
  for (std::thread& maker : makers)
    maker.join();
  demand(ended.load(std::memory_order_relaxed) == threads * rounds * 2,
         "every cleanup of every child ran once");
  demand(parent.stats().children == rounds, "ended children are gone");
  demand(parent.check(), "check() holds");
  parent.reset();
  demand(parent.stats().children == 0, "made children end at reset");
}
