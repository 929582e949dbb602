// The shadow of a sanitizer is more than is gone through.
// ONLY plain
// ALONE
#include "tarn/checks.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "os/malloc_block.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr std::uintptr_t veil = 0x5555'5555'5555'5555;
constexpr RegionOptions options{.name = "r", .checks = CheckMode::full};

std::string last_line;

void take(Fault fault, const char* line) noexcept {
  if (fault == Fault::leak)
    last_line = line;
}

// What was called before may have left addresses below.
[[gnu::noinline]] void clear_stack() {
  volatile char room[16 * 1024];
  for (volatile char& c : room)
    c = 0;
}

[[gnu::noinline]] std::size_t forgotten() {
  set_fault_handler(take);
  set_after_fault(AfterFault::go_on);
  last_line.clear();
  clear_stack();
  const std::size_t told = check_leaks();
  set_after_fault(AfterFault::abort);
  set_fault_handler(nullptr);
  return told;
}

struct Thing {
  std::uint64_t words[8];
};

struct Request {
  char path[100];
  Region region{options};
  int status = 0;
};

// All keep nothing but what they give, a veil over it.
template <class Holder, class... Arguments>
[[gnu::noinline]] std::uintptr_t make(Arguments&&... arguments) {
  auto* const holder = new Holder(std::forward<Arguments>(arguments)...);
  return reinterpret_cast<std::uintptr_t>(holder) ^ veil;
}
[[gnu::noinline]] std::uintptr_t make_region() {
  const std::uintptr_t hidden = make<Region>(options);
  static_cast<void>(reinterpret_cast<Region*>(hidden ^ veil)->allocate(100));
  return hidden;
}
[[gnu::noinline]] std::uintptr_t make_child(std::uintptr_t parent) {
  const std::uintptr_t hidden = make<Region>(
      child_of(*reinterpret_cast<Region*>(parent ^ veil)), options);
  static_cast<void>(reinterpret_cast<Region*>(hidden ^ veil)->allocate(100));
  return hidden;
}
template <class Holder>
[[gnu::noinline]] void end(std::uintptr_t hidden) {
  delete reinterpret_cast<Holder*>(hidden ^ veil);
  clear_stack();
}

[[gnu::noinline]] void hold(void* volatile* place, std::uintptr_t hidden) {
  *place = reinterpret_cast<void*>(hidden ^ veil);
}

using Things = ObjectPool<Thing>;

[[gnu::noinline]] std::uintptr_t make_things() {
  const std::uintptr_t hidden = make<Things>(
      ObjectPoolOptions{.name = "things", .checks = CheckMode::full});
  auto* const pool = reinterpret_cast<Things*>(hidden ^ veil);
  pool->release(pool->acquire_raw());
  return hidden;
}

}  // namespace

// First: what others leave in freed memory may point to where it is.
TEST_CASE("an object pool of new is forgotten when nothing points to it") {
  const std::uintptr_t hidden = make_things();
  CHECK(forgotten() == 1);
  CHECK(last_line.find("object pool 'things', ") != std::string::npos);
  void* volatile kept = nullptr;
  hold(&kept, hidden);
  CHECK(forgotten() == 0);
  kept = nullptr;
  end<Things>(hidden);
  CHECK(forgotten() == 0);
}

TEST_CASE("a region of new is forgotten when nothing points to its object") {
  const std::uintptr_t hidden = make_region();
  CHECK(forgotten() == 1);
  CHECK(last_line.find("region 'r', ") != std::string::npos);
  end<Region>(hidden);
  CHECK(forgotten() == 0);
}

TEST_CASE("a region of new is kept by whoever points to its object") {
  const std::uintptr_t hidden = make_region();
  auto holder = std::make_unique<void* volatile[]>(4);
  hold(&holder[2], hidden);
  CHECK(forgotten() == 0);
  // A pointer with a mark in its lowest bit is one into it.
  hold(&holder[2], hidden ^ 1);
  CHECK(forgotten() == 0);
  holder[2] = nullptr;
  CHECK(forgotten() == 1);
  end<Region>(hidden);
}

TEST_CASE("a region within another object of malloc's is no fault") {
  const std::uintptr_t request = make<Request>();
  static_cast<void>(
      reinterpret_cast<Request*>(request ^ veil)->region.allocate(100));
  const auto shared = std::make_shared<Region>(options);
  static_cast<void>(shared->allocate(100));
  std::vector<Request> many(10);
  static_cast<void>(many[7].region.allocate(100));
  CHECK(forgotten() == 0);
  end<Request>(request);
}

TEST_CASE("regions that point to each other are forgotten together") {
  const std::uintptr_t parent = make_region();
  const std::uintptr_t child = make_child(parent);
  CHECK(forgotten() >= 1);
  void* volatile kept = nullptr;
  hold(&kept, parent);
  CHECK(forgotten() == 0);
  kept = nullptr;
  end<Region>(child);
  end<Region>(parent);
}

TEST_CASE("a region that a thread made and forgot is forgotten after its end") {
  std::uintptr_t hidden = 0;
  std::thread([&hidden] { hidden = make_region(); }).join();
  CHECK(forgotten() == 1);
  end<Region>(hidden);
}

TEST_CASE("who has a block of malloc to itself is told from who has not") {
  void* const block = std::malloc(sizeof(Region));
  CHECK(os::is_block_of_malloc(block, sizeof(Region)));
  std::free(block);
  alignas(16) static char global[4 * sizeof(Region)] = {};
  CHECK(!os::is_block_of_malloc(global + sizeof(Region), sizeof(Region)));
  alignas(16) char local[2 * sizeof(Region)] = {};
  CHECK(!os::is_block_of_malloc(local + 16, sizeof(Region)));
  std::vector<std::unique_ptr<char[]>> blocks;
  for (unsigned i = 1; i < 1000; ++i) {
    blocks.push_back(std::make_unique<char[]>(sizeof(Region) + 64));
    for (unsigned at = 16; at <= 64; at += 16)
      REQUIRE(
          !os::is_block_of_malloc(blocks.back().get() + at, sizeof(Region)));
  }
}
