// large_blocks.cpp - blocks of 5 to 25 MiB, replaced at random.
//
//     bench_stress_large_blocks [--live 20] [--operations 400]
//
// Every page of a block is written once. What counts is whether an allocator
// keeps the pages of the last block for the next one, and what it keeps.
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <memory>

using namespace tarn::bench;

namespace {

constexpr std::size_t smallest = std::size_t{5} << 20;
constexpr std::size_t largest = std::size_t{25} << 20;

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t operations = arguments.number("--operations", 400);
  std::vector<std::unique_ptr<unsigned char[]>> live(
      arguments.number("--live", 20));
  Draw draw{42};
  for (std::size_t i = 0; i < operations; ++i) {
    const std::size_t size = draw.between(smallest, largest);
    std::unique_ptr<unsigned char[]>& block = live[draw.below(live.size())];
    block.reset();
    block.reset(new unsigned char[size]);
    touch(block.get(), size);
  }
}
