// lifetime.cpp - does ending a region cost time in blocks or in chunks?
//
//     bench_lifetime
//     bench_lifetime --ends 1000 --blocks 100 --size 16
//
// Prints CSV: how many blocks of a size the region has, over how many chunks
// they lie, and the nanoseconds that its end takes, the clock's own left out.
// "one": all regions begin with one chunk that holds the largest number, so
// that only the blocks differ; "default": chunks grow as they do by default.
// What larger blocks add are the processor's cache misses: a chunk's header was
// written before they were. The second form ends so many regions of default
// chunks inside tarn_bench_measured(), for a tool that counts instructions.
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

// Few, so that what they hold stays in the processor's own cache, as it does
// for a server that ends a request right after it.
constexpr std::size_t regions_at_once = 4;
constexpr std::size_t rounds = 2001;

// Regions in raw memory, so that only their end lies between two clocks.
class Batch {
 public:
  Batch() : places_(new Place[regions_at_once]) {}

  void fill(const RegionOptions& options, std::size_t blocks,
            std::size_t block_size) {
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
    end_all();
    return static_cast<double>(wall_ns() - began) / regions_at_once;
  }

  void end_all() {
    for (std::size_t i = 0; i < regions_at_once; ++i)
      at(i).~Region();
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

}  // namespace

// Unmangled and not inlined, so that a tool can be told its name.
extern "C" [[gnu::noinline]] void tarn_bench_measured(Batch& batch) {
  batch.end_all();
}

namespace {

void count_ends(std::size_t ends, std::size_t blocks, std::size_t block_size) {
  Batch batch;
  for (std::size_t i = 0; i < ends; i += regions_at_once) {
    batch.fill({}, blocks, block_size);
    tarn_bench_measured(batch);
  }
}

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

void measure(const char* chunks_are, const RegionOptions& options,
             std::size_t block_size) {
  constexpr std::size_t counts[] = {10, 100, 1000};
  std::vector<double> times[std::size(counts)];
  std::size_t chunks[std::size(counts)] = {};
  Batch batch;
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < std::size(counts); ++i) {
      batch.fill(options, counts[i], block_size);
      chunks[i] = batch.chunks();
      times[i].push_back(batch.end());
    }
  const double clock = clock_ns();
  for (std::size_t i = 0; i < std::size(counts); ++i)
    std::printf("%s,%zu,%zu,%zu,%.2f\n", chunks_are, block_size, counts[i],
                chunks[i], typical(times[i]) - clock);
}

}  // namespace

int main(int given, char** values) {
  const Arguments arguments{given, values};
  if (const std::size_t ends = arguments.number("--ends", 0); ends != 0) {
    count_ends(ends, arguments.number("--blocks", 10),
               arguments.number("--size", 16));
    return 0;
  }
  std::printf("chunks_are,block_size,blocks,chunks,ns_per_end\n");
  for (const std::size_t block_size : {16, 64}) {
    measure("one", {.first_chunk = 128 * KiB}, block_size);
    measure("default", {}, block_size);
  }
}
