#include "check/pools.hpp"

#include "check/sites.hpp"
#include "port/world.hpp"
#include "support/new_site.hpp"
#include "support/own_clock.hpp"

#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;
using check::PoolNumber;
using tarn::test::new_site;

std::string words_for(PoolNumber number) {
  base::Line line;
  check::write_pool(line, number);
  return line.text();
}

std::size_t living() {
  std::size_t count = 0;
  check::for_each_living_pool(
      [](void* into, const check::LivingPool&) noexcept {
        ++*static_cast<std::size_t*>(into);
      },
      &count);
  return count;
}

}  // namespace

TEST_CASE("a pool has a number, a name, a parent and a birth") {
  const std::uint32_t id = port::register_pool(PoolKind::region, "request");
  const check::StackId site = new_site();
  const PoolNumber parent = check::enter_pool_at(site, PoolKind::region, 0);
  const PoolNumber one =
      check::enter_pool_at(site, PoolKind::region, id, parent);
  REQUIRE(one != 0);
  const check::PoolEntry* const entry = check::pool_entry(one);
  REQUIRE(entry != nullptr);
  CHECK(entry->kind == PoolKind::region);
  CHECK(entry->id == id);
  CHECK(entry->parent == parent);
  CHECK(entry->site == site);
  CHECK(entry->born == port::clock_ms());
  CHECK(words_for(one) == "region 'request'");
  CHECK(words_for(check::enter_pool(PoolKind::heap, 0)) == "heap ''");
  const PoolNumber heap = check::enter_pool(PoolKind::heap, 0);
  check::mark_default(heap);
  CHECK(words_for(heap) == "the heap");
  CHECK(words_for(0) == "a pool");
  check::leave_pool(one);
  check::leave_pool(parent);
  port::unregister_pool(id);
}

TEST_CASE("a pool that ended stays readable until thousands more have") {
  const PoolNumber one =
      check::enter_pool_at(new_site(), PoolKind::object_pool, 0);
  test::now += 40;
  check::leave_pool(one);
  check::leave_pool(one);
  const check::PoolEntry* const entry = check::pool_entry(one);
  REQUIRE(entry != nullptr);
  CHECK(entry->ended - entry->born == 40);
  const check::StackId site = new_site();
  for (unsigned i = 0; i < 200; ++i)
    check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
  CHECK(check::pool_entry(one) == entry);
  CHECK(entry->kind == PoolKind::object_pool);
}

TEST_CASE("a number is not used again though its place is") {
  const check::StackId site = new_site();
  std::set<PoolNumber> numbers;
  constexpr unsigned count = 20'000;
  const std::size_t before = living();
  for (unsigned i = 0; i < count; ++i) {
    const PoolNumber number = check::enter_pool_at(site, PoolKind::region, 0);
    numbers.insert(number);
    check::leave_pool(number);
  }
  CHECK(numbers.size() == count);
  CHECK(numbers.count(0) == 0);
  CHECK(living() == before);
  CHECK(check::pool_entry(*numbers.begin()) == nullptr);
}

TEST_CASE("more pools live at once than sixteen bits count") {
  const check::StackId site = new_site();
  constexpr unsigned count = 70'000;
  std::vector<PoolNumber> numbers;
  for (unsigned i = 0; i < count; ++i)
    numbers.push_back(check::enter_pool_at(site, PoolKind::region, 0));
  std::set<PoolNumber> const distinct(numbers.begin(), numbers.end());
  CHECK(distinct.size() == count);
  for (const PoolNumber number : numbers)
    REQUIRE(check::pool_entry(number)->site == site);
  for (const PoolNumber number : numbers)
    check::leave_pool(number);
}

TEST_CASE("ten threads make and end pools of each other") {
  constexpr unsigned threads = 10;
  constexpr unsigned rounds = 2'000;
  const check::StackId site = new_site();
  const std::size_t before = living();
  std::vector<std::vector<PoolNumber>> made(threads);
  std::vector<std::thread> running;
  for (unsigned t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (unsigned i = 0; i < rounds; ++i) {
        made[t].push_back(check::enter_pool_at(site, PoolKind::region, 0));
        check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
      }
    });
  for (std::thread& one : running)
    one.join();
  running.clear();
  CHECK(living() == before + threads * rounds);
  for (unsigned t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (const PoolNumber number : made[(t + 1) % threads])
        check::leave_pool(number);
    });
  for (std::thread& one : running)
    one.join();
  CHECK(living() == before);
  const check::Site& all =
      *check::site_at(check::site_place(site, PoolKind::region, 0));
  CHECK(all.born == 2 * threads * rounds);
  CHECK(all.lives.ended == all.born);
}

TEST_CASE("a child of fork makes pools while the parent's threads did") {
  std::atomic<bool> is_done{false};
  const check::StackId site = new_site();
  std::thread other([&] {
    while (!is_done)
      check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
  });
  for (unsigned i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      for (unsigned k = 0; k < 100; ++k)
        check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  is_done = true;
  other.join();
}

TEST_CASE("where stacks are not to be had a site is a kind and a name") {
  const std::uint32_t one = port::register_pool(PoolKind::region, "one");
  const std::uint32_t same = port::register_pool(PoolKind::region, "one");
  const std::uint32_t other = port::register_pool(PoolKind::region, "other");
  using check::site_place;
  CHECK(site_place(0, PoolKind::region, one) ==
        site_place(0, PoolKind::region, same));
  CHECK(site_place(0, PoolKind::region, one) !=
        site_place(0, PoolKind::region, other));
  CHECK(site_place(0, PoolKind::region, one) !=
        site_place(0, PoolKind::object_pool, one));
  for (const std::uint32_t id : {one, same, other})
    port::unregister_pool(id);
}
