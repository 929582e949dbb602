// old_site.hpp - a place that takes and gives back blocks of some pool, over an
// hour and a half of a clock that the test moves, and how soon it is suspect.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/object_pool.hpp"

#include "check/suspects.hpp"
#include "support/own_clock.hpp"
#include "support/rates.hpp"

#include <cstddef>
#include <doctest/doctest.h>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace tarn::test {

/// A pool of whatever kind.
class Lender {
 public:
  Lender() = default;
  Lender(const Lender&) = delete;
  Lender& operator=(const Lender&) = delete;
  virtual ~Lender() = default;

  virtual void* take() = 0;
  virtual void give_back(void* block) = 0;
};

struct Object {
  char bytes[48];
};

/// Objects of a pool with those checks.
template <CheckMode checks>
class Objects final : public Lender {
 public:
  void* take() override { return pool_.acquire_raw(); }
  void give_back(void* object) override {
    pool_.release(static_cast<Object*>(object));
  }

 private:
  ObjectPool<Object> pool_{{.checks = checks}};
};

// Each way through this is a stack of its own.
inline constexpr unsigned path_bits = 7;
template <bool is_right>
[[gnu::noinline]] void* go(Lender& lender, unsigned path, unsigned depth) {
  void* block = nullptr;
  if (depth == 0)
    block = lender.take();
  else if (path % 2 == 0)
    block = go<false>(lender, path / 2, depth - 1);
  else
    block = go<true>(lender, path / 2, depth - 1);
  // The call above stays a call, and each of the two functions its own.
  asm volatile("" : "+r"(block) : "i"(is_right));
  return block;
}

/// Those of blocks alone.
inline std::vector<check::Suspect> suspects_of_blocks() {
  std::vector<check::Suspect> found;
  check::for_each_suspect(
      [](void* into, const check::Suspect& one) noexcept {
        if (one.is_of_blocks)
          static_cast<std::vector<check::Suspect>*>(into)->push_back(one);
      },
      &found);
  return found;
}

/// One place, other than that of any former one. What it leaks goes back with
/// it.
class OldSite {
 public:
  static constexpr double leak_begins = 600;
  static constexpr double period = 5400;

  OldSite(Lender& lender, unsigned seed) : lender_(lender), random_(seed) {}
  OldSite(const OldSite&) = delete;
  OldSite& operator=(const OldSite&) = delete;
  ~OldSite() {
    for (; !ends_.empty(); ends_.pop())
      lender_.give_back(ends_.top().second);
    for (void* const block : leaked_)
      lender_.give_back(block);
  }

  /// So many that are taken at first stay.
  void keep(unsigned count) { to_leak_ = count; }

  /// Seconds until there was a suspect, 0: never.
  double suspect_after(const std::function<double(double)>& rate,
                       double leak_every = 0) {
    const long begin = now;
    double next_leak = leak_every == 0 ? 2 * period : leak_begins;
    for (double at = 0; at < period; at += 1) {
      now = begin + static_cast<long>(at * 1000);
      for (; !ends_.empty() && ends_.top().first <= at; ends_.pop())
        lender_.give_back(ends_.top().second);
      for (; next_leak <= at; next_leak += leak_every)
        ++to_leak_;
      take(at, std::poisson_distribution<unsigned>(rate(at))(random_));
      if (static_cast<int>(at) % 10 != 0)
        continue;
      found_ = suspects_of_blocks();
      if (!found_.empty())
        return leak_every == 0 ? at + 1 : at - leak_begins;
    }
    return 0;
  }

  [[nodiscard]] const std::vector<check::Suspect>& found() const {
    return found_;
  }

 private:
  using End = std::pair<double, void*>;

  // By one call, whatever becomes of the block, so that it is one place.
  void take(double at, unsigned born) {
    for (unsigned left = born + to_leak_; left != 0; --left) {
      void* const block = go<false>(lender_, path_, path_bits);
      if (block == nullptr)
        FAIL("out of memory");
      if (left > to_leak_)
        ends_.emplace(at + std::uniform_real_distribution<>{0.1, 10}(random_),
                      block);
      else
        leaked_.push_back(block);
    }
    to_leak_ = 0;
  }

  static inline unsigned paths = 0;

  Lender& lender_;
  std::mt19937 random_;
  unsigned path_ = paths++ % (1u << path_bits);
  unsigned to_leak_ = 0;
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  std::vector<void*> leaked_;
  std::vector<check::Suspect> found_;
};

/// A rate of what is drawn, which costs system calls.
template <double (*rate)(double)>
double fifth(double at) {
  return rate(at) / 5;
}

/// How many of so many runs, each of a pool of its own, had a suspect.
template <class Pool>
unsigned suspected(double (*rate)(double), unsigned times = runs) {
  unsigned count = 0;
  for (unsigned seed = 0; seed < times; ++seed) {
    Pool pool;
    count += OldSite{pool, seed}.suspect_after(rate) != 0;
  }
  return count;
}

/// How many of those had one so soon after the leak began.
template <class Pool>
unsigned found_within(double seconds, double leak_every,
                      double (*rate)(double) = steady, unsigned times = runs) {
  unsigned count = 0;
  double slowest = 0;
  for (unsigned seed = 0; seed < times; ++seed) {
    Pool pool;
    const double after = OldSite{pool, seed}.suspect_after(rate, leak_every);
    count += after > 0 && after <= seconds;
    slowest = after == 0 || after > slowest ? after : slowest;
  }
  MESSAGE("a leak each " << leak_every << " s: slowest found in " << slowest);
  return count;
}

}  // namespace tarn::test
