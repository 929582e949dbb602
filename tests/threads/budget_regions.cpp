// Regions of four threads under one budget that is too small for all: its limit
// is never exceeded, what runs out leaves its region whole, a room that is
// free can be had whichever thread freed it, and in the end nothing is held.
#include "tarn/budget.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using tarn::Budget;
using tarn::KiB;
using tarn::Loan;
using tarn::Region;

constexpr int threads = 4;
constexpr int rounds = 2'000;
// More than there are processors, so that some lose theirs while they draw.
constexpr int passing_threads = 16;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "budget_regions: %s: broken\n", what);
  std::abort();
}

// Knows how much is out, in a sum that any thread adds to: relaxed suffices.
class Counter final : public tarn::Upstream {
 public:
  explicit Counter(std::size_t limit) : limit_(limit) {}
  Loan lend(const tarn::Ask& ask) noexcept override {
    const std::size_t before =
        out_.fetch_add(ask.size, std::memory_order_relaxed);
    demand(before + ask.size <= limit_, "never more out than the limit");
    return {static_cast<std::byte*>(std::malloc(ask.size)), ask.size};
  }
  void take_back(Loan loan) noexcept override {
    out_.fetch_sub(loan.size, std::memory_order_relaxed);
    std::free(loan.memory);
  }
  [[nodiscard]] std::size_t out() const {
    return out_.load(std::memory_order_relaxed);
  }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> out_{0};
};

void demand_all_back(Budget& budget, const Counter& counter) {
  demand(counter.out() == 0 && budget.held() == 0, "nothing is held");
  demand(budget.check(), "check() holds");
  const Loan whole = budget.lend({.size = budget.limit()});
  demand(static_cast<bool>(whole), "all credit can be had again");
  demand(!budget.lend({.size = 1}), "and not a byte more");
  budget.take_back(whole);
}

// Requests of many sizes; gives how many ran out.
int serve(Budget& budget, unsigned seed) {
  int exhausted = 0;
  for (int round = 0; round < rounds; ++round) {
    int made = 0;
    int ended = 0;
    {
      Region request{budget};
      seed = seed * 1664525 + 1013904223;
      for (unsigned i = 0; i < (seed >> 16) % 60; ++i) {
        const auto cleanup = [](void* p) noexcept { ++*static_cast<int*>(p); };
        if (request.on_reset(cleanup, &ended))
          ++made;
        if (i % 16 == 0 && request.allocate(20 * KiB) == nullptr)
          demand(request.ran_out(), "running out is remembered");
        (void)request.allocate(1000);
      }
      exhausted += request.ran_out();
      demand(request.check(), "a region that ran out is whole");
      if (round % 2 == 0)
        request.reset();
    }
    demand(made == ended, "cleanups run once");
  }
  return exhausted;
}

void serve_with_too_little() {
  Counter counter{256 * KiB};
  Budget server{"server", 256 * KiB, counter};
  Budget tenant{"tenant", 512 * KiB, server};
  std::atomic<int> exhausted{0};  // read after the joins: relaxed
  std::vector<std::thread> all;
  for (unsigned i = 0; i < threads; ++i)
    all.emplace_back([&, i] {
      exhausted.fetch_add(serve(tenant, i), std::memory_order_relaxed);
    });
  for (std::thread& thread : all)
    thread.join();
  demand(tenant.held() == 0 && tenant.check(), "the inner one holds nothing");
  demand_all_back(server, counter);
  std::printf("%d of %d requests ran out\n", exhausted.load(),
              threads * rounds);
}

// Loans that any thread may give back. A thread asks only while it has one of
// as many permits as there are loans in the limit, so there is always room.
class Passing {
 public:
  static constexpr std::size_t size = 4 * KiB;
  static constexpr int loans = 32;

  void work(unsigned seed) {
    for (int i = 0; i < rounds * 5; ++i) {
      seed = seed * 1664525 + 1013904223;
      if ((seed >> 16) % 4 == 0)
        give_back();
      else if (permits_.fetch_sub(1, std::memory_order_acquire) > 0)
        lend();
      else
        permits_.fetch_add(1, std::memory_order_release);
    }
  }

  void end() {
    while (give_back()) {
    }
    demand_all_back(budget_, counter_);
  }

 private:
  void lend() {
    const Loan loan = budget_.lend({.size = size});
    demand(static_cast<bool>(loan), "no refusal where there is room");
    const std::lock_guard lock{lock_};
    out_.push_back(loan);
  }

  bool give_back() {
    Loan loan;
    {
      const std::lock_guard lock{lock_};
      if (out_.empty())
        return false;
      loan = out_.back();
      out_.pop_back();
    }
    budget_.take_back(loan);
    permits_.fetch_add(1, std::memory_order_release);
    return true;
  }

  Counter counter_{size * loans};
  Budget budget_{"passing", size* loans, counter_};
  // Permits left, or less while threads try. Whoever gives a loan back releases
  // it to who takes the permit next.
  std::atomic<int> permits_{loans};
  std::mutex lock_;
  std::vector<Loan> out_;
};

void pass_loans_on() {
  Passing passing;
  std::vector<std::thread> all;
  for (unsigned i = 0; i < passing_threads; ++i)
    all.emplace_back([&passing, i] { passing.work(i + 1); });
  for (std::thread& thread : all)
    thread.join();
  passing.end();
}

}  // namespace

int main() {
  serve_with_too_little();
  pass_loans_on();
}
