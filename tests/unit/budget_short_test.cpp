// Whom a budget asks for memory: each thread that is short itself, whatever
// others are at.
// ONLY linux
#include "tarn/budget.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tarn;

namespace {

struct Calls {
  std::thread::id teller = std::this_thread::get_id();
  int of_teller = 0;
  std::atomic<unsigned> of_others{0};
  std::atomic<bool> is_over{false};
};

// Others stay in it until all is over.
bool count_calls(Budget& budget, std::size_t, void* with) noexcept {
  auto& calls = *static_cast<Calls*>(with);
  if (std::this_thread::get_id() == calls.teller) {
    ++calls.of_teller;
    // Whoever is in it is refused.
    static_cast<void>(budget.lend({.size = 128 * KiB}));
    return false;
  }
  ++calls.of_others;
  while (!calls.is_over)
    std::this_thread::yield();
  return false;
}

}  // namespace

TEST_CASE("threads in on_short keep none from being asked, also after fork") {
  // More than a budget has places for threads.
  constexpr unsigned others = 20;
  Calls calls;
  Budget budget{"all",
                64 * KiB,
                system_upstream(),
                {.on_short = count_calls, .with = &calls}};
  std::atomic<unsigned> refused{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < others; ++i)
    threads.emplace_back([&] {
      CHECK_FALSE(budget.lend({.size = 128 * KiB}));
      ++refused;
    });
  while (calls.of_others + refused != others)
    std::this_thread::yield();
  CHECK(refused == 0);
  CHECK_FALSE(budget.lend({.size = 128 * KiB}));
  CHECK(calls.of_teller == 1);
  const pid_t child = fork();
  if (child == 0) {
    static_cast<void>(budget.lend({.size = 128 * KiB}));
    static_cast<void>(budget.lend({.size = 128 * KiB}));
    _exit(calls.of_teller == 3 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  calls.is_over = true;
  for (std::thread& thread : threads)
    thread.join();
}

TEST_CASE("on_short of one budget may ask another one, which asks its own") {
  int times = 0;
  const auto count = [](Budget&, std::size_t, void* with) noexcept {
    ++*static_cast<int*>(with);
    return false;
  };
  Budget inner{
      "in", 1 * KiB, system_upstream(), {.on_short = count, .with = &times}};
  Budget outer{
      "out",
      1 * KiB,
      system_upstream(),
      {.on_short =
           [](Budget& budget, std::size_t size, void* with) noexcept {
             CHECK_FALSE(budget.lend({.size = size}));
             CHECK_FALSE(static_cast<Budget*>(with)->lend({.size = size}));
             return false;
           },
       .with = &inner}};
  for (int round = 1; round < 3; ++round) {
    CHECK_FALSE(outer.lend({.size = 64 * KiB}));
    CHECK(times == round);
  }
}
