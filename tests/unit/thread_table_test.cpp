#include "port/world.hpp"
#include "thread/table.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

std::atomic<unsigned> hooks_run{0};
std::atomic<unsigned> index_in_hook{0};

void count_hook() noexcept {
  index_in_hook = port::thread_index();
  ++hooks_run;
}

unsigned index_of_a_thread() {
  unsigned index = 0;
  std::thread([&] { index = port::thread_index(); }).join();
  return index;
}

}  // namespace

TEST_CASE("a thread keeps its number as long as it lives") {
  const unsigned mine = port::thread_index();
  for (int i = 0; i < 100; ++i) {
    CHECK(index_of_a_thread() != mine);
    CHECK(port::thread_index() == mine);
  }
}

TEST_CASE("no two living threads have one number") {
  constexpr unsigned count = 200;
  std::atomic<unsigned> arrived{0};
  std::vector<unsigned> numbers(count);
  std::vector<std::thread> threads;
  static_cast<void>(port::thread_index());
  const unsigned before = thread::living();
  for (unsigned i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      numbers[i] = port::thread_index();
      ++arrived;
      while (arrived != count)
        std::this_thread::yield();
    });
  while (arrived != count)
    std::this_thread::yield();
  for (std::thread& thread : threads)
    thread.join();
  std::set<unsigned> distinct(numbers.begin(), numbers.end());
  distinct.insert(port::thread_index());
  CHECK(distinct.size() == count + 1);
  CHECK(*distinct.rbegin() <= before + count);
  CHECK(thread::living() == before);
}

TEST_CASE("a number is used again, and its generation tells the users apart") {
  const unsigned first = index_of_a_thread();
  const std::uint32_t generation = thread::generation(first);
  const unsigned second = index_of_a_thread();
  CHECK(second == first);
  CHECK(thread::generation(first) == generation + 1);
}

TEST_CASE("the exit hook runs once, and the thread still has its number") {
  REQUIRE(thread::at_exit(count_hook));
  const unsigned before = hooks_run;
  const unsigned index = index_of_a_thread();
  CHECK(hooks_run == before + 1);
  CHECK(index_in_hook == index);
}
