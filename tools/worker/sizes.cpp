// sizes.cpp - the distributions.
//
// SPDX-License-Identifier: MIT
#include "worker/sizes.hpp"

#include <cmath>

namespace tarn::compare {
namespace {

struct Share {
  std::uint32_t percent_until;  // of all blocks, this share and those before
  std::uint32_t low;
  std::uint32_t high;
};

// The mean is 0.8 KiB.
constexpr Share request_shares[] = {{40, 16, 64},
                                    {70, 65, 256},
                                    {88, 257, 1024},
                                    {98, 1025, 4096},
                                    {100, 4097, 32768}};

std::uint32_t draw_request(Random& random) noexcept {
  const std::uint32_t percent = random.between(0, 99);
  const Share* share = request_shares;
  while (percent >= share->percent_until)
    ++share;
  return random.between(share->low, share->high);
}

}  // namespace

double Random::exponential(double mean) noexcept {
  return -mean * std::log(share());
}

std::uint32_t draw_size(Random& random, Season season) noexcept {
  switch (season) {
    case Season::small:
      return random.between(16, 64);
    case Season::medium:
      return random.between(65, 512);
    case Season::request:
      return draw_request(random);
    case Season::large:
      return random.between(2 * 1024, 16 * 1024);
    case Season::growing:
      return least_array;
    case Season::aligned:
      return 8 * random.between(2, 128);
  }
  return 0;
}

const std::vector<std::uint32_t>& request_sizes() {
  static const std::vector<std::uint32_t> sizes = [] {
    Random random{20240229};
    std::vector<std::uint32_t> drawn(std::size_t{1} << 14);
    for (std::uint32_t& size : drawn)
      size = draw_request(random);
    return drawn;
  }();
  return sizes;
}

}  // namespace tarn::compare
