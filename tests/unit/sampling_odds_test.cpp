// The odds that are told of `sampled` are those of finding a bug: one that is
// hit by so many blocks of many is found in as many of so many runs.
// ONLY linux
// OPTIMISED
#include "tarn/heap.hpp"
#include "tarn/region.hpp"
#include "tarn/stats.hpp"

#include "base/build.hpp"
#include "check/guarded_slots.hpp"
#include "check/sampling.hpp"
#include "support/own_clock.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <vector>

namespace {

using namespace tarn;

// Blocks or lives of a run, and those of them that have the bug.
struct Plan {
  unsigned runs;
  unsigned all;
  unsigned hits;
};

// Milliseconds that pass at each look at the clock; with none time costs
// nothing, and every clock of a pool has its draw.
class Sampled {
 public:
  explicit Sampled(long step) {
    set_check_mode(CheckMode::sampled);
    test::step = step;
    // What was spent is earned anew.
    constexpr long minutes = 600'000;
    test::now += minutes;
  }
  Sampled(const Sampled&) = delete;
  Sampled& operator=(const Sampled&) = delete;
  ~Sampled() {
    set_check_mode(CheckMode::off);
    test::step = 0;
  }
};

// A run: which of all have the bug, at random, and whether one was drawn.
class Run {
 public:
  Run(std::mt19937& random, const Plan& plan)
      : random_(random), to_come_(plan.all), hits_(plan.hits) {}

  [[nodiscard]] bool is_over() const { return to_come_ == 0; }
  bool is_next() {
    const bool is_hit = random_() % to_come_ < hits_;
    --to_come_;
    hits_ -= is_hit ? 1 : 0;
    return is_hit;
  }
  unsigned below(unsigned n) { return static_cast<unsigned>(random_()) % n; }
  void look(bool is_hit, bool is_drawn) { is_found_ |= is_hit && is_drawn; }
  void look(bool is_hit, const void* block) {
    look(is_hit, check::is_in_guarded_slots(block));
  }
  [[nodiscard]] bool is_found() const { return is_found_; }

 private:
  std::mt19937& random_;
  unsigned to_come_;
  unsigned hits_;
  bool is_found_ = false;
};

DrawStats since(const check::Draws& before, port::DrawOf kind) {
  const check::Draws now = check::sampling().draws(kind);
  return {now.samples - before.samples, now.came - before.came};
}

// A count of runs is that far from its mean once in a thousand million times.
template <class Body>
void compare(port::DrawOf kind, const Plan& plan, Body body) {
  std::mt19937 random{7};
  // Each run begins with the same credit: with less in some the odds of all are
  // not those of their mean.
  const auto finds = [&] {
    constexpr long second = 1'000;
    test::now += second;
    Run run{random, plan};
    body(run);
    return run.is_found();
  };
  // Clocks begin at random.
  static_cast<void>(finds());
  const check::Draws before = check::sampling().draws(kind);
  double found = 0;
  const bool is_slow = base::is_instrumented || base::is_dev;
  const unsigned runs = is_slow ? plan.runs / 10 : plan.runs;
  for (unsigned i = 0; i < runs; ++i)
    found += finds() ? 1 : 0;
  const DrawStats stats = since(before, kind);
  const double share = found / runs;
  const double told = static_cast<double>(stats.odds(plan.hits)) / 1e6;
  MESSAGE("found in " << share << ", odds told " << told << ", samples "
                      << stats.samples << " of " << stats.came);
  CHECK(told > 0.05);
  CHECK(told < 0.95);
  constexpr double far = 6.2;
  CHECK(std::abs(share - told) <
        far * std::sqrt(told * (1 - told) / runs) + 0.01);
}

// Each goes back before the next one comes.
void by_turns(Run& run, Heap& heap, std::size_t sound, std::size_t faulty) {
  while (!run.is_over()) {
    const bool is_hit = run.is_next();
    void* const block = heap.allocate(is_hit ? faulty : sound);
    run.look(is_hit, block);
    heap.deallocate(block);
  }
}

// Some live at a time, of many sizes.
void at_random(Run& run, Heap& heap) {
  constexpr unsigned most = 64;
  void* live[most] = {};
  while (!run.is_over()) {
    void*& place = live[run.below(most)];
    heap.deallocate(place);
    place = heap.allocate(16 + run.below(1000));
    run.look(run.is_next(), place);
  }
  for (void* const block : live)
    heap.deallocate(block);
}

void lives(Run& run, Region& region) {
  while (!run.is_over()) {
    const auto* const first = static_cast<std::byte*>(region.allocate(16));
    const auto* const second = static_cast<std::byte*>(region.allocate(16));
    run.look(run.is_next(), second - first > 16);
    region.reset();
  }
}

}  // namespace

TEST_CASE("blocks that come and go by turns are drawn with the odds told") {
  const Sampled sampled{0};
  Heap heap;
  compare(port::DrawOf::blocks, {1000, 20'000, 500},
          [&](Run& run) { by_turns(run, heap, 48, 48); });
}

TEST_CASE("so are those of a size of their own") {
  const Sampled sampled{0};
  Heap heap;
  compare(port::DrawOf::blocks, {1000, 20'000, 500},
          [&](Run& run) { by_turns(run, heap, 48, 400); });
}

TEST_CASE("so are those of many sizes") {
  const Sampled sampled{0};
  Heap heap;
  compare(port::DrawOf::blocks, {1000, 20'000, 500},
          [&](Run& run) { at_random(run, heap); });
}

TEST_CASE("so are those whose draws a budget limits") {
  const Sampled sampled{1};
  Heap heap;
  compare(port::DrawOf::blocks, {1000, 20'000, 500},
          [&](Run& run) { by_turns(run, heap, 48, 48); });
}

TEST_CASE("so are large ones") {
  const Sampled sampled{0};
  Heap heap;
  compare(port::DrawOf::large_blocks, {300, 200, 10},
          [&](Run& run) { by_turns(run, heap, 40'000, 40'000); });
}

TEST_CASE("so are lives of regions") {
  const Sampled sampled{0};
  Region region;
  compare(port::DrawOf::regions, {1000, 50, 2},
          [&](Run& run) { lives(run, region); });
}

TEST_CASE("so are lives whose draws a budget limits") {
  const Sampled sampled{1};
  Region region;
  compare(port::DrawOf::regions, {1000, 20'000, 1'500},
          [&](Run& run) { lives(run, region); });
}

TEST_CASE("blocks beside large ones are drawn with the odds told") {
  const Sampled sampled{0};
  Heap heap;
  compare(port::DrawOf::blocks, {500, 20'000, 500}, [&](Run& run) {
    while (!run.is_over()) {
      const bool is_hit = run.is_next();
      void* const block = heap.allocate(48);
      run.look(is_hit, block);
      heap.deallocate(block);
      if (run.below(500) == 0)
        heap.deallocate(heap.allocate(40'000));
    }
  });
}

TEST_CASE("blocks beside regions are drawn with the odds told") {
  const Sampled sampled{0};
  Heap heap;
  Region region;
  compare(port::DrawOf::blocks, {500, 20'000, 500}, [&](Run& run) {
    while (!run.is_over()) {
      const bool is_hit = run.is_next();
      void* const block = heap.allocate(48);
      run.look(is_hit, block);
      heap.deallocate(block);
      if (run.below(500) != 0)
        continue;
      static_cast<void>(region.allocate(16));
      region.reset();
    }
  });
}
