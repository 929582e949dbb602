// What restartable sequences promise: a stack for each processor, without a
// lock.
// ONLY linux
#include "port/processor.hpp"

#include "support/case_in_child.hpp"

#include <atomic>
#include <cstdint>
#include <doctest/doctest.h>
#include <sched.h>
#include <thread>
#include <vector>

using namespace tarn;

namespace {

constexpr std::uint32_t room = 8;

struct Stack : port::StackStart {
  void* pointers[room];
};

struct alignas(64) Place : port::ProcessorPlace {};

// A stack for each processor, all empty.
struct Stacks {
  std::uint32_t count = port::processor_count();
  Stack none{{0, 0, nullptr}, {}};
  std::vector<Stack> stacks{count, Stack{{0, room, nullptr}, {}}};
  std::vector<Place> rows{count};

  Stacks() {
    for (std::uint32_t i = 0; i < count; ++i)
      rows[i].stack.store(&stacks[i]);
  }
  port::ProcessorPlaces places() { return {rows.data(), count}; }
};

bool has_sequences() {
  const bool has = port::processor_count() != 0;
  if (!has)
    MESSAGE("no restartable sequences here");
  return has;
}

void stay_on(std::uint32_t processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
}

std::uint32_t an_allowed_processor() {
  const int now = sched_getcpu();
  REQUIRE(now >= 0);
  return static_cast<std::uint32_t>(now);
}

void* number(std::uintptr_t n) {
  return reinterpret_cast<void*>(n * 16);
}

// On a thread of its own, which stays on its processor.
template <class Work>
void on_a_processor(Work work) {
  if (!has_sequences())
    return;
  std::thread{[&] {
    const std::uint32_t processor = an_allowed_processor();
    stay_on(processor);
    work(processor);
  }}.join();
}

}  // namespace

TEST_CASE("what was pushed last is popped first") {
  on_a_processor([](std::uint32_t) {
    Stacks stacks;
    CHECK(port::processor_pop(stacks.places()) == nullptr);
    for (std::uintptr_t n = 1; n <= room; ++n)
      CHECK(port::processor_push(stacks.places(), number(n)));
    for (std::uintptr_t n = room; n != 0; --n)
      CHECK(port::processor_pop(stacks.places()) == number(n));
    CHECK(port::processor_pop(stacks.places()) == nullptr);
  });
}

TEST_CASE("a full stack takes nothing, and none takes its newest twice") {
  on_a_processor([](std::uint32_t processor) {
    Stacks stacks;
    CHECK(port::processor_push(stacks.places(), number(1)));
    CHECK_FALSE(port::processor_push(stacks.places(), number(1)));
    CHECK(stacks.stacks[processor].count == 1);
    for (std::uintptr_t n = 2; n <= room; ++n)
      CHECK(port::processor_push(stacks.places(), number(n)));
    CHECK_FALSE(port::processor_push(stacks.places(), number(100)));
    CHECK(stacks.stacks[processor].count == room);
  });
}

TEST_CASE("a processor without a place has nothing") {
  on_a_processor([](std::uint32_t processor) {
    Stacks stacks;
    const port::ProcessorPlaces few{stacks.rows.data(), processor};
    void* taken = nullptr;
    CHECK_FALSE(port::processor_push(few, number(1)));
    CHECK(port::processor_pop(few) == nullptr);
    CHECK(port::processor_withdraw(few, &stacks.none, taken) == nullptr);
  });
}

TEST_CASE("what was withdrawn is in no place any more") {
  on_a_processor([](std::uint32_t processor) {
    Stacks stacks;
    CHECK(port::processor_push(stacks.places(), number(1)));
    void* taken = nullptr;
    port::ProcessorPlace* const place =
        port::processor_withdraw(stacks.places(), &stacks.none, taken);
    CHECK(place == &stacks.rows[processor]);
    CHECK(taken == &stacks.stacks[processor]);
    CHECK(port::processor_pop(stacks.places()) == nullptr);
    CHECK_FALSE(port::processor_push(stacks.places(), number(2)));
    CHECK(stacks.none.count == 0);
    place->stack.store(taken);
    CHECK(port::processor_pop(stacks.places()) == number(1));
  });
}

TEST_CASE("after a restart what was in another processor's place is ours") {
  if (!has_sequences())
    return;
  constexpr int rounds = 2000;
  Stacks stacks;
  for (Stack& stack : stacks.stacks)
    for (std::uintptr_t n = 1; n <= room / 2; ++n)
      stack.pointers[stack.count++] = number(n);
  std::atomic<bool> is_over{false};
  std::vector<std::thread> crew;
  for (int i = 0; i < 3; ++i)
    crew.emplace_back([&] {
      while (!is_over)
        if (void* const pointer = port::processor_pop(stacks.places()))
          while (!port::processor_push(stacks.places(), pointer) && !is_over) {
          }
    });
  int changes = 0;
  for (int round = 0; round < rounds; ++round) {
    for (Place& place : stacks.rows)
      place.stack.store(&stacks.none);
    REQUIRE(port::restart_sequences());
    std::vector<Stack> before = stacks.stacks;
    for (int i = 0; i < 100; ++i)
      for (std::uint32_t n = 0; n < stacks.count; ++n)
        if (std::atomic_ref{stacks.stacks[n].count}.load() != before[n].count)
          ++changes;
    for (std::uint32_t n = 0; n < stacks.count; ++n)
      stacks.rows[n].stack.store(&stacks.stacks[n]);
    if (round % 16 == 0)
      std::this_thread::yield();
  }
  is_over = true;
  for (std::thread& thread : crew)
    thread.join();
  CHECK(changes == 0);
}

TEST_CASE("a process whose C library registers nothing has none" *
          doctest::skip()) {
  CHECK(port::processor_count() == 0);
}

TEST_CASE("without sequences there are no processors") {
  CHECK(test::errors_of("GLIBC_TUNABLES=glibc.pthread.rseq=0",
                        "a process whose C library registers nothing") ==
        "holds\n");
}
