// handed_down.cpp - a server whose threads end and leave their blocks to
// others.
//
//     bench_stress_handed_down [--threads 2] [--lives 60] [--operations 120000]
//
// A thread replaces a random one of its 1000 blocks, of 8 to 1000 bytes, again
// and again, then starts a successor who goes on with the same blocks, and
// ends: what one thread made, others free. Blocks are freed with their size.
// After Larson and Krishnan (ISMM 1998).
//
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <new>

using namespace tarn::bench;

namespace {

constexpr std::size_t blocks_of_one = 1000;
constexpr std::size_t smallest = 8;
constexpr std::size_t largest = 1000;

struct Block {
  void* memory = nullptr;
  std::size_t size = 0;
};

struct Work {
  std::vector<Block> blocks;
  Draw draw{1};
  std::size_t operations = 0;
};

void replace(Block& block, Draw& draw) {
  ::operator delete(block.memory, block.size);
  block.size = draw.between(smallest, largest);
  block.memory = ::operator new(block.size);
  auto* const bytes = static_cast<volatile unsigned char*>(block.memory);
  bytes[0] = 1;
  bytes[block.size - 1] = 1;
}

void live(Work& work) {
  for (std::size_t i = 0; i < work.operations; ++i)
    replace(work.blocks[work.draw.below(blocks_of_one)], work.draw);
}

void lead(std::size_t number, std::size_t lives, std::size_t operations) {
  Work work;
  work.blocks.resize(blocks_of_one);
  work.draw = Draw{number + 1};
  work.operations = operations;
  // All blocks come from a thread that does not free any.
  for (Block& block : work.blocks)
    replace(block, work.draw);
  for (std::size_t i = 0; i < lives; ++i)
    std::thread{live, std::ref(work)}.join();
  for (const Block& block : work.blocks)
    ::operator delete(block.memory, block.size);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t lives = arguments.number("--lives", 60);
  const std::size_t operations = arguments.number("--operations", 120'000);
  in_threads(arguments.number("--threads", 2),
             [&](std::size_t number) { lead(number, lives, operations); });
}
