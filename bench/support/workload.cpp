#include "support/workload.hpp"

namespace tarn::bench {
namespace {

struct Share {
  std::uint32_t percent_until;  // of all blocks, this share and those before
  std::uint32_t low;
  std::uint32_t high;
};

constexpr Share shares[] = {{40, 16, 64},
                            {70, 65, 256},
                            {88, 257, 1024},
                            {98, 1025, 4096},
                            {100, 4097, 32768}};

std::vector<std::uint32_t> draw_sizes() {
  Random random{20240229};
  std::vector<std::uint32_t> sizes(drawn_sizes);
  for (std::uint32_t& size : sizes) {
    const std::uint32_t percent = random.between(0, 99);
    const Share* share = shares;
    while (percent >= share->percent_until)
      ++share;
    size = random.between(share->low, share->high);
  }
  return sizes;
}

}  // namespace

const std::vector<std::uint32_t>& request_sizes() {
  static const std::vector<std::uint32_t> sizes = draw_sizes();
  return sizes;
}

std::uint32_t Random::between(std::uint32_t low, std::uint32_t high) noexcept {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  const std::uint64_t drawn = (state_ * 0x2545F4914F6CDD1DULL) >> 32;
  return low + static_cast<std::uint32_t>(drawn * (high - low + 1ULL) >> 32);
}

}  // namespace tarn::bench
