// lifetime.cpp - does ending a region cost time in blocks or in chunks?
//
//     bench_lifetime
//
// Prints CSV: how many equal blocks the region has, over how many chunks they
// lie, and the nanoseconds that its end takes, the clock's own left out. All
// regions begin with one chunk that holds the largest number, so that only the
// blocks differ; the second table lets chunks grow as they do by default.
// SPDX-License-Identifier: MIT
#include "tarn/region.hpp"

#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/workload.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <numeric>
#include <vector>

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t block_size = 64;
// Few, so that what they hold stays in the processor's own cache, as it does
// for a server that ends a request right after it.
constexpr std::size_t regions_at_once = 8;
constexpr std::size_t rounds = 2001;

// Regions in raw memory, so that only their end lies between two clocks.
class Batch {
 public:
  Batch() : places_(new Place[regions_at_once]) {}

  void fill(const RegionOptions& options, std::size_t blocks) {
    for (std::size_t i = 0; i < regions_at_once; ++i) {
      Region* const region = ::new (places_[i].bytes) Region{options};
      for (std::size_t block = 0; block < blocks; ++block)
        write_block(region->allocate(block_size), block_size, false);
    }
  }

  [[nodiscard]] std::size_t chunks() const { return at(0).stats().chunks; }

  /// Nanoseconds for one region.
  [[nodiscard]] double end() {
    const std::uint64_t began = wall_ns();
    for (std::size_t i = 0; i < regions_at_once; ++i)
      at(i).~Region();
    return static_cast<double>(wall_ns() - began) / regions_at_once;
  }

 private:
  struct Place {
    alignas(Region) std::byte bytes[sizeof(Region)];
  };

  [[nodiscard]] Region& at(std::size_t i) const {
    return *std::launder(reinterpret_cast<Region*>(places_[i].bytes));
  }

  std::unique_ptr<Place[]> places_;
};

/// The mean without the slowest tenth: a median would show the steps of a
/// coarse clock, and a plain mean the scheduler.
double typical(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t kept = values.size() * 9 / 10;
  return std::accumulate(values.begin(),
                         values.begin() + static_cast<std::ptrdiff_t>(kept),
                         0.0) /
         static_cast<double>(kept);
}

/// What end() shows of the clock itself.
double clock_ns() {
  std::vector<double> times;
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::uint64_t began = wall_ns();
    times.push_back(static_cast<double>(wall_ns() - began) / regions_at_once);
  }
  return typical(times);
}

void measure(const char* chunks_are, const RegionOptions& options) {
  constexpr std::size_t counts[] = {10, 100, 1000};
  std::vector<double> times[std::size(counts)];
  std::size_t chunks[std::size(counts)] = {};
  Batch batch;
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < std::size(counts); ++i) {
      batch.fill(options, counts[i]);
      chunks[i] = batch.chunks();
      times[i].push_back(batch.end());
    }
  const double clock = clock_ns();
  for (std::size_t i = 0; i < std::size(counts); ++i)
    std::printf("%s,%zu,%zu,%.2f\n", chunks_are, counts[i], chunks[i],
                typical(times[i]) - clock);
}

}  // namespace

int main() {
  std::printf("chunks_are,blocks,chunks,ns_per_end\n");
  measure("one", {.first_chunk = 128 * KiB});
  measure("grown", {});
}
