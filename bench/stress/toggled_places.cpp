// toggled_places.cpp - blocks that live as long as a Pareto law has it.
//
//     bench_stress_toggled_places [--threads 1] [--operations 5000000]
//
// A step goes to one of a quarter of a million places, to few of them often and
// to most of them seldom: an empty place gets a block, a full one loses it.
// Small sizes are asked for more often, too, up to 1 KiB; each block is written
// whole and read before it goes. After a test of allocators by OLogN
// Technologies (2018) which goes by the same rule.
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

using namespace tarn::bench;

namespace {

constexpr std::size_t places = std::size_t{1} << 18;
constexpr unsigned largest_exponent = 10;  // 1 KiB

struct Place {
  unsigned char* block = nullptr;
  std::size_t size = 0;
};

// The exponent is one less half of the time: a power law by halving.
[[nodiscard]] std::size_t draw_size(Draw& draw) noexcept {
  const auto steps =
      static_cast<unsigned>(__builtin_ctz(draw.next() | 1u << 31));
  const unsigned exponent = 3 + steps % (largest_exponent - 2);
  return draw.between((std::size_t{1} << exponent) / 2 + 1,
                      std::size_t{1} << exponent);
}

// Four fifths of the steps go to a fifth of the places, and so on in that part.
[[nodiscard]] std::size_t draw_place(Draw& draw) noexcept {
  std::size_t end = places;
  while (end > 64 && draw.below(5) != 0)
    end /= 5;
  return draw.below(end);
}

void run(std::size_t thread, std::size_t operations) {
  std::vector<Place> all(places);
  Draw draw{thread + 41};
  std::size_t seen = 0;
  for (std::size_t i = 0; i < operations; ++i) {
    Place& place = all[draw_place(draw)];
    if (place.block == nullptr) {
      place.size = draw_size(draw);
      place.block = new unsigned char[place.size];
      std::memset(place.block, static_cast<int>(i), place.size);
    } else {
      for (std::size_t at = 0; at < place.size; at += sizeof(std::uint64_t))
        seen += place.block[at];
      delete[] place.block;
      place.block = nullptr;
    }
  }
  for (const Place& place : all)
    delete[] place.block;
  if (seen == 1)
    std::puts("unlikely");
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t operations = arguments.number("--operations", 5'000'000);
  in_threads(arguments.number("--threads", 1),
             [&](std::size_t thread) { run(thread, operations); });
}
