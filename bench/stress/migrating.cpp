// migrating.cpp - phases of threads that end, and blocks that go from one to
// the next and outlive them.
//
//     bench_stress_migrating [--threads 2] [--phases 25] [--load 60000]
//
// In each phase all threads are new. A thread asks for arrays of words, of
// lengths that are powers of two and half of which are the shortest, keeps most
// of them for a while, and swaps some against what lies in a common table: so a
// block may be freed by any thread of a later phase. A thread does more the
// higher its number is. A word in each block tells who it is.
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <array>
#include <atomic>

using namespace tarn::bench;

namespace {

using Word = std::uint64_t;

constexpr std::size_t common_places = 1000;
constexpr unsigned largest_exponent = 14;  // 128 KiB, once in thousands
constexpr Word mark = 0x7461726e;

std::array<std::atomic<Word*>, common_places> common;

[[nodiscard]] Word* make(Draw& draw) {
  const auto halvings = static_cast<unsigned>(
      __builtin_ctz(draw.next() | 1u << largest_exponent));
  const std::size_t words = std::size_t{1} << halvings;
  Word* const block = new Word[words];
  for (std::size_t i = 0; i < words; ++i)
    block[i] = (words - i) ^ mark;
  return block;
}

void drop(Word* block) {
  if (block == nullptr)
    return;
  const std::size_t words = block[0] ^ mark;
  for (std::size_t i = 0; i < words; ++i)
    if (block[i] != ((words - i) ^ mark))
      stop("a block holds what nobody wrote into it");
  delete[] block;
}

void run(std::size_t thread, std::size_t phase, std::size_t load) {
  Draw draw{phase * 64 + thread + 1};
  std::vector<Word*> kept;
  for (std::size_t left = load * (thread + 1); left != 0; --left) {
    const std::size_t what = draw.below(100);
    if (what < 50 || kept.empty()) {
      kept.push_back(make(draw));
    } else if (what < 75) {
      Word*& one = kept[draw.below(kept.size())];
      drop(one);
      one = kept.back();
      kept.pop_back();
    } else {
      Word*& one = kept[draw.below(kept.size())];
      one = common[draw.below(common_places)].exchange(
          one, std::memory_order_acq_rel);
    }
  }
  for (Word* const block : kept)
    drop(block);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t load = arguments.number("--load", 60'000);
  const std::size_t phases = arguments.number("--phases", 25);
  for (std::size_t phase = 0; phase < phases; ++phase) {
    in_threads(arguments.number("--threads", 2),
               [&](std::size_t thread) { run(thread, phase, load); });
    // Half of what is common ends with the phase.
    for (std::size_t i = phase % 2; i < common_places; i += 2)
      drop(common[i].exchange(nullptr));
  }
  for (std::atomic<Word*>& block : common)
    drop(block.exchange(nullptr));
}
