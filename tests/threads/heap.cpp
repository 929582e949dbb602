// Threads that allocate, hand blocks to each other and give back what others
// allocated, and that end while their blocks live on: every block keeps its
// bytes, and in the end all memory comes back.
#include "tarn/heap.hpp"

#include "tarn/system.hpp"

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

constexpr int rounds = 4;
constexpr unsigned threads = 6;
constexpr int steps = 6000;

struct Block {
  unsigned char* bytes;
  std::size_t size;
  unsigned char mark;
};

std::mutex lock;
std::vector<Block> handed_over;

std::size_t some_size(std::mt19937& random) {
  const auto kind = random() % 100;
  if (kind < 60)
    return random() % 256;
  if (kind < 85)
    return random() % 2048;
  return kind < 98 ? random() % 40'000 : random() % 400'000;
}

Block allocate(std::mt19937& random) {
  Block block{nullptr, some_size(random), static_cast<unsigned char>(random())};
  block.bytes =
      static_cast<unsigned char*>(default_heap().allocate(block.size));
  if (block.bytes == nullptr)
    std::abort();
  std::memset(block.bytes, block.mark, block.size);
  return block;
}

void deallocate(const Block& block) {
  for (std::size_t i = 0; i < block.size; i += i < 64 ? 1 : 61)
    if (block.bytes[i] != block.mark) {
      std::fprintf(stderr, "byte %zu of a block of %zu has changed\n", i,
                   block.size);
      std::abort();
    }
  default_heap().deallocate(block.bytes);
}

Block take_out(std::vector<Block>& blocks, std::mt19937& random) {
  const std::size_t i = random() % blocks.size();
  const Block block = blocks[i];
  blocks[i] = blocks.back();
  blocks.pop_back();
  return block;
}

void work(unsigned seed) {
  std::mt19937 random{seed};
  std::vector<Block> own;
  for (int i = 0; i < steps; ++i) {
    const auto kind = random() % 10;
    if (kind < 4 || own.empty())
      own.push_back(allocate(random));
    else if (kind < 7)
      deallocate(take_out(own, random));
    else {
      const std::lock_guard locked{lock};
      if (kind < 9)
        handed_over.push_back(take_out(own, random));
      else if (!handed_over.empty())
        own.push_back(take_out(handed_over, random));
    }
  }
  // The other half is left to whoever comes next.
  const std::lock_guard locked{lock};
  while (!own.empty()) {
    const Block block = take_out(own, random);
    if (random() % 2 == 0)
      deallocate(block);
    else
      handed_over.push_back(block);
  }
}

}  // namespace

int main() {
  for (unsigned round = 0; round < rounds; ++round) {
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i)
      all.emplace_back(work, round * threads + i);
    for (std::thread& thread : all)
      thread.join();
  }
  for (const Block& block : handed_over)
    deallocate(block);
  handed_over.clear();
  constexpr std::size_t little = 24 * MiB;
  for (int i = 0; i < 60 && space_stats().held > little; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    maintain(20'000'000);
  }
  if (space_stats().held <= little)
    return 0;
  std::fprintf(stderr, "%zu bytes are still held\n", space_stats().held);
  return 1;
}
