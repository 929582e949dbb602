// one_way.cpp - threads that only allocate, and threads that only free.
//
//     bench_stress_one_way [--pairs 2] [--batches 80000]
//
// Makers fill batches of 120 blocks of 64 bytes and hang them into a queue of
// few places; takers free them. No thread ever gets back what it made. After
// Lever and Boreham (Usenix 2000).
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <array>
#include <condition_variable>
#include <mutex>

using namespace tarn::bench;

namespace {

constexpr std::size_t batch_blocks = 120;
constexpr std::size_t queue_places = 16;
constexpr std::size_t block_size = 64;

using Batch = std::array<void*, batch_blocks>;

class Queue {
 public:
  void push(Batch* batch) {
    std::unique_lock lock{mutex_};
    has_room_.wait(lock, [&] { return count_ < queue_places; });
    batches_[count_++] = batch;
    has_some_.notify_one();
  }

  [[nodiscard]] Batch* pop() {
    std::unique_lock lock{mutex_};
    has_some_.wait(lock, [&] { return count_ != 0; });
    Batch* const batch = batches_[--count_];
    has_room_.notify_one();
    return batch;
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::condition_variable has_some_;
  std::array<Batch*, queue_places> batches_{};
  std::size_t count_ = 0;
};

void make(Queue& queue, std::size_t batches) {
  for (std::size_t i = 0; i < batches; ++i) {
    auto* const batch = new Batch;
    for (void*& block : *batch) {
      block = std::malloc(block_size);
      *static_cast<std::uint64_t*>(block) = i;
    }
    queue.push(batch);
  }
}

void take(Queue& queue, std::size_t batches) {
  for (std::size_t i = 0; i < batches; ++i) {
    const Batch* const batch = queue.pop();
    for (void* const block : *batch)
      std::free(block);
    delete batch;
  }
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t pairs = arguments.number("--pairs", 2);
  const std::size_t batches = arguments.number("--batches", 80'000) / pairs;
  Queue queue;
  in_threads(2 * pairs, [&](std::size_t thread) {
    if (thread % 2 == 0)
      make(queue, batches);
    else
      take(queue, batches);
  });
}
