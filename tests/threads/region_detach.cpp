// Regions that some threads fill and others end: they travel through a queue
// as what was detached, over the system and over a budget. Every cleanup runs
// once, every byte arrives, and in the end nothing is held.
#include "tarn/budget.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using tarn::DetachedRegion;
using tarn::Region;

constexpr int producers = 3;
constexpr int consumers = 3;
constexpr int rounds = 1500;
constexpr std::size_t most_waiting = 32;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "region_detach: %s: broken\n", what);
  std::abort();
}

// Each thread adds, main reads after the joins: relaxed suffices.
std::atomic<int> made{0};
std::atomic<int> ended{0};

struct Counted {
  Counted() { made.fetch_add(1, std::memory_order_relaxed); }
  ~Counted() { ended.fetch_add(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

struct Parcel {
  DetachedRegion contents;
  const unsigned char* block;
  std::size_t size;
  unsigned char mark;
};

class Queue {
 public:
  void put(Parcel parcel) {
    std::unique_lock lock{lock_};
    has_room_.wait(lock, [this] { return parcels_.size() < most_waiting; });
    parcels_.push_back(std::move(parcel));
    has_more_.notify_one();
  }

  // Nothing: the last producer has ended.
  std::optional<Parcel> take() {
    std::unique_lock lock{lock_};
    has_more_.wait(lock, [this] { return !parcels_.empty() || is_closed_; });
    if (parcels_.empty())
      return {};
    std::optional<Parcel> parcel{std::move(parcels_.front())};
    parcels_.pop_front();
    has_room_.notify_one();
    return parcel;
  }

  void close() {
    const std::lock_guard lock{lock_};
    is_closed_ = true;
    has_more_.notify_all();
  }

 private:
  std::mutex lock_;
  std::condition_variable has_room_;
  std::condition_variable has_more_;
  std::deque<Parcel> parcels_;
  bool is_closed_ = false;
};

// Blocks of a request, a container, a child and what dies with them.
Parcel fill(Region& region, int round) {
  const std::size_t size =
      round % 7 == 0 ? 100'000 : static_cast<std::size_t>(round % 5000) + 1;
  const auto mark = static_cast<unsigned char>(round);
  auto* const block = static_cast<unsigned char*>(region.allocate(size));
  demand(block != nullptr, "a block");
  std::memset(block, mark, size);
  demand(region.make<Counted>() != nullptr, "a thing");
  demand(region.make_array<Counted>(3) != nullptr, "an array of things");
  Region* const child = region.make_child();
  demand(child != nullptr && child->make<Counted>() != nullptr, "a child");
  Parcel parcel{region.detach(), block, size, mark};
  demand(region.held() == 0, "a region that was detached holds nothing");
  return parcel;
}

void produce(Queue& queue, tarn::Upstream& upstream) {
  Region kept{upstream};
  for (int round = 0; round < rounds; ++round) {
    if (round % 2 == 0) {
      queue.put(fill(kept, round));
    } else {
      Region own{upstream, {.name = round % 3 == 0 ? "own" : nullptr}};
      queue.put(fill(own, round));
    }
  }
}

void look(const Region& region, const Parcel& parcel) {
  for (std::size_t i = 0; i < parcel.size; ++i)
    demand(parcel.block[i] == parcel.mark, "bytes arrive as they were");
  demand(region.owns(parcel.block) && region.check(), "they have an owner");
}

// Takes over what came in each of the three ways that there are.
void consume(Queue& queue, tarn::Upstream& upstream) {
  Region all{upstream};
  for (int round = 0; std::optional<Parcel> parcel = queue.take(); ++round) {
    if (round % 3 == 0) {
      demand(all.attach(std::move(parcel->contents)), "an attach");
      look(all, *parcel);
      if (round % 24 == 0)
        all.reset();
    } else if (round % 3 == 1) {
      const Region own{std::move(parcel->contents)};
      look(own, *parcel);
    }
  }
}

void run(tarn::Upstream& upstream) {
  made = 0;
  ended = 0;
  Queue queue;
  std::vector<std::thread> fill_threads;
  std::vector<std::thread> end_threads;
  for (int i = 0; i < producers; ++i)
    fill_threads.emplace_back([&] { produce(queue, upstream); });
  for (int i = 0; i < consumers; ++i)
    end_threads.emplace_back([&] { consume(queue, upstream); });
  for (std::thread& thread : fill_threads)
    thread.join();
  queue.close();
  for (std::thread& thread : end_threads)
    thread.join();
  demand(made == producers * rounds * 5, "all things were made");
  demand(ended == made, "every thing ended once");
}

}  // namespace

int main() {
  run(tarn::system_upstream());
  tarn::Budget budget{"parcels", 64 * tarn::MiB};
  run(budget);
  demand(budget.refusals() == 0 && budget.held() == 0 && budget.check(),
         "all chunks came back to the budget");
}
