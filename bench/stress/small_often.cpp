// small_often.cpp - threads replace blocks at random, small ones most often.
//
//     bench_stress_small_often [--threads 2] [--operations 16000000]
//
// Each thread keeps 1024 places and gives a random one another block each time.
// Sizes lie between 4 bytes and 32 KiB, one of twice the size a quarter as
// often, so that the mean is small and there is some of everything. No block
// leaves its thread. After a benchmark of the GNU C library's malloc with such
// a distribution.
//
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <array>

using namespace tarn::bench;

namespace {

constexpr std::size_t places = 1024;
constexpr std::size_t smallest = 4;
constexpr std::size_t largest = 32768;
constexpr std::size_t drawn = std::size_t{1} << 14;

// With a density that falls with the square of the size.
[[nodiscard]] std::size_t draw_size(Draw& draw) {
  const double part = static_cast<double>(draw.next()) / 4294967296.0;
  const double low = 1.0 / static_cast<double>(largest);
  const double high = 1.0 / static_cast<double>(smallest);
  return static_cast<std::size_t>(1.0 / (low + part * (high - low)));
}

void run(std::size_t thread, std::size_t operations) {
  Draw draw{thread + 1};
  std::vector<std::uint16_t> sizes(drawn);
  for (std::uint16_t& size : sizes)
    size = static_cast<std::uint16_t>(draw_size(draw));
  std::array<void*, places> all{};
  for (std::size_t i = 0; i < operations; ++i) {
    void*& block = all[draw.below(places)];
    std::free(block);
    block = std::malloc(sizes[i % drawn]);
  }
  for (void* const block : all)
    std::free(block);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t threads = arguments.number("--threads", 2);
  const std::size_t operations = arguments.number("--operations", 16'000'000);
  in_threads(threads,
             [&](std::size_t thread) { run(thread, operations / threads); });
}
