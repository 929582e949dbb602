// Which asks of a sampled heap come by where a block may be drawn.
// ONLY linux
#include "tarn/heap.hpp"

#include "check/guarded_rows.hpp"
#include "check/sampling.hpp"
#include "heap/thread_heap.hpp"

#include <doctest/doctest.h>
#include <thread>

namespace {

using namespace tarn;

constexpr std::uint32_t usual_budget = 5'000;
constexpr std::uint32_t every_one = 1'000'000;

bool is_drawing() {
  return heap::own_heaps.at[0]->is_drawing;
}

// As many as duties are due for, several times.
void take_and_give_back() {
  for (int i = 0; i < 4 * heap::blocks_between_duties; ++i)
    default_heap().deallocate(default_heap().allocate(64));
}

// In a thread heap of its own.
template <class Body>
void run_sampled(std::uint32_t budget, Body body) {
  set_check_mode(CheckMode::sampled);
  check::set_sampling_budget(budget);
  std::thread{body}.join();
  check::set_sampling_budget(usual_budget);
  set_check_mode(CheckMode::off);
}

}  // namespace

TEST_CASE("where nothing is drawn no ask of a thread is shown to the check") {
  run_sampled(0, [] {
    take_and_give_back();
    CHECK_FALSE(is_drawing());
  });
}

TEST_CASE("where all are drawn each is shown, from the first on") {
  run_sampled(every_one, [] {
    void* const block = default_heap().allocate(64);
    CHECK(is_drawing());
    CHECK(check::is_in_guarded_slots(block));
    default_heap().deallocate(block);
    take_and_give_back();
    CHECK(is_drawing());
  });
}

TEST_CASE("a budget that changes is obeyed when duties are due") {
  run_sampled(0, [] {
    take_and_give_back();
    check::set_sampling_budget(every_one);
    take_and_give_back();
    CHECK(is_drawing());
    check::set_sampling_budget(0);
    take_and_give_back();
    CHECK_FALSE(is_drawing());
  });
}
