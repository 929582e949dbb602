// Four threads lend through nested budgets: the limits hold to the byte, no
// ask is refused for which there is room, and in the end nothing is held.
#include "tarn/budget.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using tarn::Budget;
using tarn::KiB;
using tarn::Loan;

constexpr std::size_t threads = 4;
constexpr std::size_t loans = 8;
constexpr std::size_t size = 4 * KiB;
constexpr int rounds = 3000;

void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "budget: %s: broken\n", what);
  std::abort();
}

// Lends from malloc and knows how much is out. The count is an independent
// sum: relaxed suffices.
class Counter final : public tarn::Upstream {
 public:
  Loan lend(const tarn::Ask& ask) noexcept override {
    const std::size_t now =
        out.fetch_add(ask.size, std::memory_order_relaxed) + ask.size;
    demand(now <= limit, "never more out than the limit");
    return {static_cast<std::byte*>(std::malloc(ask.size)), ask.size};
  }
  void take_back(Loan loan) noexcept override {
    out.fetch_sub(loan.size, std::memory_order_relaxed);
    std::free(loan.memory);
  }

  std::size_t limit = 0;
  std::atomic<std::size_t> out{0};
};

// Each thread wants at most `loans` at a time. Gives how many were refused.
std::size_t hammer(Budget& budget, std::size_t seed) {
  std::size_t refused = 0;
  std::vector<Loan> mine;
  for (int round = 0; round < rounds; ++round) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::size_t wanted = (seed >> 33) % loans + 1;
    while (mine.size() < wanted) {
      const Loan loan = budget.lend({.size = size});
      if (loan)
        mine.push_back(loan);
      else if (++refused != 0)
        break;
    }
    while (mine.size() > wanted / 2) {
      budget.take_back(mine.back());
      mine.pop_back();
    }
  }
  for (const Loan loan : mine)
    budget.take_back(loan);
  return refused;
}

// Lets all threads loose on a budget of `limit` bytes.
std::size_t run(std::size_t limit) {
  Counter counter;
  counter.limit = limit;
  Budget server{"server", limit, counter};
  Budget tenant{"tenant", limit, server};
  std::atomic<std::size_t> refused{0};  // read after the joins: relaxed
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < threads; ++i)
    all.emplace_back([&, i] {
      refused.fetch_add(hammer(tenant, i), std::memory_order_relaxed);
    });
  for (std::thread& thread : all)
    thread.join();
  demand(counter.out.load() == 0, "all has come back");
  demand(tenant.held() == 0 && server.held() == 0, "held() is 0 in the end");
  demand(tenant.check() && server.check(), "check() holds");
  const Loan whole = tenant.lend({.size = limit});
  demand(static_cast<bool>(whole), "the whole limit can be had again");
  tenant.take_back(whole);
  return refused.load(std::memory_order_relaxed);
}

}  // namespace

int main() {
  demand(run(threads * loans * size) == 0, "no refusal where there is room");
  // Less than one thread alone wants.
  demand(run(loans * size / 2) != 0, "refusals where there is none");
}
