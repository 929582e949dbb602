// Heaps that end while other threads hold batches of their blocks: in bins, in
// parcels, in slabs that nobody owns. The threads go on in the next heap, in
// other heaps, or end; the blocks of heaps that stay keep their bytes, and of
// those that ended nothing is held.
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include <atomic>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr unsigned threads = 4;
constexpr int rounds = 60;

Budget budget{"short-lived", 64 * MiB};
std::unique_ptr<Heap> short_lived;
Heap long_lived{{.name = "long-lived"}};

struct Block {
  unsigned char* bytes;
  std::size_t size;
  unsigned char mark;
};
std::mutex lock;
std::vector<Block> shared;       // of the long-lived heap
std::vector<void*> short_lives;  // of the other

void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

std::size_t some_size(std::mt19937& random) {
  return random() % (random() % 50 == 0 ? 100'000 : 1500);
}

// Blocks of other threads go into parcels that stay open.
void use_short_lived(std::mt19937& random) {
  for (int i = 0; i < 300; ++i) {
    const std::size_t size = some_size(random);
    void* const block = short_lived->allocate(size);
    if (block == nullptr)
      fail("there is room in the budget");
    std::memset(block, 1, size);
    const std::lock_guard hold{lock};
    short_lives.push_back(block);
    if (random() % 3 == 0)
      continue;
    std::swap(short_lives[random() % short_lives.size()], short_lives.back());
    short_lived->deallocate(short_lives.back());
    short_lives.pop_back();
  }
}

void use_long_lived(std::mt19937& random) {
  for (int i = 0; i < 50; ++i) {
    const std::size_t size = some_size(random);
    const auto mark = static_cast<unsigned char>(random());
    Block block{static_cast<unsigned char*>(long_lived.allocate(size)), size,
                mark};
    std::memset(block.bytes, mark, size);
    const std::lock_guard hold{lock};
    shared.push_back(block);
    std::swap(shared[random() % shared.size()], shared.back());
    block = shared.back();
    shared.pop_back();
    for (std::size_t k = 0; k < block.size; k += 7)
      if (block.bytes[k] != block.mark)
        fail("a block of the heap that stays has changed");
    long_lived.deallocate(block.bytes);
  }
}

}  // namespace

int main() {
  std::barrier round_begins{threads + 1};
  std::barrier round_ends{threads + 1};
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&, i] {
      std::mt19937 random{i};
      for (int round = 0; round < rounds; ++round) {
        round_begins.arrive_and_wait();
        // One that ends with its bins full, perhaps while its heap ends.
        std::atomic<bool> is_done{false};
        std::thread helper{[&, seed = random()] {
          std::mt19937 own{static_cast<unsigned>(seed)};
          use_short_lived(own);
          is_done = true;
          is_done.notify_one();
        }};
        use_short_lived(random);
        use_long_lived(random);
        is_done.wait(false);
        round_ends.arrive_and_wait();
        use_long_lived(random);
        helper.join();
      }
    });
  for (int round = 0; round < rounds; ++round) {
    HeapOptions options{.name = "short-lived"};
    options.compact = round % 3 == 2;
    short_lived = std::make_unique<Heap>(budget, options);
    round_begins.arrive_and_wait();
    round_ends.arrive_and_wait();
    short_lives.clear();
    short_lived.reset();
    if (budget.held() != 0)
      fail("what the heap held was not given back");
  }
  for (std::thread& worker : workers)
    worker.join();
  for (const Block& block : shared)
    long_lived.deallocate(block.bytes);
}
