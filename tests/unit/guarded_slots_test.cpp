// ONLY linux
#include "check/guarded_slots.hpp"

#include "tarn/checks.hpp"
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "check/sampling.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tarn::check {
namespace {

constexpr PoolNumber nobodys = 0;

port::BlockAsk ask(std::size_t size, std::size_t align = max_align) {
  return {size, align, port::BlockFamily::pool, false};
}

std::byte* take(std::size_t size, std::size_t align = max_align) {
  return take_guarded_slot(nobodys, ask(size, align));
}

void give_back(std::byte* block) {
  give_back_guarded_slot(nobodys, block, {});
}

// In place of SIGSEGV, which a child would die of.
bool is_touched_safely(const void* p) {
  return os::is_readable(reinterpret_cast<const void*>(
      reinterpret_cast<std::uintptr_t>(p) & ~std::uintptr_t{7}));
}

std::string told_of(const void* p, bool is_write) {
  Finding finding{.fault = Fault::leak};
  return whose_guarded_slot(p, is_write, finding) ? finding.line.text() : "";
}

std::string hex(const void* p) {
  base::Line line;
  line << base::Hex{p};
  return line.text();
}

std::byte* page_begin(const void* p) {
  return reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(p) &
                                      ~(os::page_size() - 1));
}

void look_at_a_block() {
  std::byte* const block = take(40);
  REQUIRE(block != nullptr);
  CHECK(is_in_guarded_slots(block));
  CHECK(guarded_size(nobodys, block) == 40);
  CHECK(block[0] == fresh_fill);
  std::memset(block, 1, 40);
  std::byte* const page = page_begin(block);
  CHECK_FALSE(is_touched_safely(page - 8));
  CHECK_FALSE(is_touched_safely(page + os::page_size()));
  give_back(block);
  CHECK_FALSE(is_touched_safely(page));
  CHECK_FALSE(is_touched_safely(block));
}

TEST_CASE("A block lies between two guards, and is one when it went back") {
  look_at_a_block();
}

TEST_CASE("Blocks begin or end at a guard, and are aligned as was asked") {
  unsigned begins = 0;
  unsigned ends = 0;
  for (unsigned i = 0; i < 300; ++i) {
    const std::size_t align = std::size_t{16} << i % 5;
    std::byte* const block = take(64, align);
    REQUIRE(block != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % align == 0);
    begins += block == page_begin(block) ? 1 : 0;
    ends += block + 64 + align > page_begin(block) + os::page_size() ? 1 : 0;
    give_back(block);
  }
  CHECK(begins + ends == 300);
  CHECK(begins > 50);
  CHECK(ends > 130);
}

TEST_CASE("A mebibyte is as much as a block can have") {
  constexpr std::size_t largest = 1 * MiB;
  for (const std::size_t size :
       {os::page_size(), os::page_size() + 1, std::size_t{64 * KiB},
        std::size_t{64 * KiB + 1}, largest}) {
    std::byte* const block = take(size);
    REQUIRE(block != nullptr);
    CHECK(guarded_size(nobodys, block) == size);
    std::memset(block, 1, size);
    CHECK_FALSE(is_touched_safely(page_begin(block) - 8));
    CHECK_FALSE(
        is_touched_safely(page_begin(block + size - 1) + os::page_size()));
    give_back(block);
    for (std::size_t at = 0; at < size; at += os::page_size())
      CHECK_FALSE(is_touched_safely(block + at));
    CHECK(told_of(block + size - 1, false) ==
          "read of " + hex(block + size - 1) + ": " + std::to_string(size - 1) +
              " bytes into freed " + hex(block) + " (" + std::to_string(size) +
              " bytes, a pool)");
  }
  CHECK(take(largest + 1) == nullptr);
  CHECK(take(16, 2 * largest) == nullptr);
  std::byte* const empty = take(0);
  REQUIRE(empty != nullptr);
  give_back(empty);
}

TEST_CASE("What is touched is told, with the block that is nearest") {
  // One that ends at its guard.
  std::byte* block = take(64);
  while (block == page_begin(block)) {
    give_back(block);
    block = take(64);
  }
  const std::string of = hex(block) + " (64 bytes, a pool)";
  CHECK(told_of(block + 64, false) ==
        "read of " + hex(block + 64) + ": right behind " + of);
  CHECK(told_of(block + 70, true) ==
        "write of " + hex(block + 70) + ": 6 bytes behind " + of);
  std::byte* const before = page_begin(block) - 1;
  give_back(block);
  CHECK(told_of(block + 12, false) ==
        "read of " + hex(block + 12) + ": 12 bytes into freed " + of);
  CHECK(told_of(block + 70, true) ==
        "write of " + hex(block + 70) + ": 6 bytes behind freed " + of);
  CHECK(told_of(block - 3, true) ==
        "write of " + hex(block - 3) + ": 3 bytes before freed " + of);
  CHECK_FALSE(told_of(before, true).empty());
  CHECK(told_of(&block, true).empty());
  CHECK(told_of(nullptr, true).empty());
}

TEST_CASE("Guards are addresses, of which nothing is held") {
  give_back(take(16));
  give_back(take(40'000));
  const std::size_t before = space_stats().held;
  CHECK(before < 16 * MiB);
  std::byte* const block = take(40'000);
  CHECK(space_stats().held - before ==
        detail::round_up(40'000, os::page_size()));
  give_back(block);
  CHECK(space_stats().held == before);
}

TEST_CASE("A slot is had again after all others") {
  std::set<std::byte*> pages;
  std::byte* const first = take(16);
  const std::byte* const page = page_begin(first);
  give_back(first);
  const std::uint32_t slots = rooms_of(0);
  REQUIRE(slots > 100);
  for (std::uint32_t i = 1; i < slots; ++i) {
    std::byte* const block = take(16);
    REQUIRE(block != nullptr);
    CHECK(page_begin(block) != page);
    pages.insert(page_begin(block));
    give_back(block);
  }
  CHECK(pages.size() == slots - 1);
}

TEST_CASE("Slots in use are so few that they are little memory") {
  std::vector<std::byte*> blocks;
  while (std::byte* const block = take(16))
    blocks.push_back(block);
  CHECK(blocks.size() <= 512);
  CHECK(blocks.size() >= 384);
  CHECK(guarded_slots_in_use() == blocks.size());
  for (std::byte* const block : blocks)
    give_back(block);
  CHECK(guarded_slots_in_use() == 0);
  look_at_a_block();
}

TEST_CASE("A pool that ends takes its blocks with it") {
  constexpr PoolNumber one = 12;
  std::byte* const block = take_guarded_slot(one, ask(16));
  std::byte* const other = take(16);
  end_guarded_slots(one);
  CHECK_FALSE(is_touched_safely(block));
  CHECK(is_touched_safely(other));
  give_back(other);
}

TEST_CASE("What describe says of a guarded block is what was asked for") {
  std::byte* const block = take(24);
  Description found;
  describe_guarded(found, block + 5);
  CHECK(found.start == block);
  CHECK(found.size == 24);
  CHECK(found.offset == 5);
  CHECK(found.state == BlockState::in_use);
  give_back(block);
  describe_guarded(found, block + 5);
  CHECK(found.state == BlockState::free);
}

TEST_CASE("A child after fork has the guards, and goes on") {
  std::byte* const freed = take(16);
  std::byte* const block = take(16);
  give_back(freed);
  const pid_t child = fork();
  if (child == 0) {
    const bool is_well = !is_touched_safely(freed) && is_touched_safely(block);
    give_back(block);
    std::byte* const next = take(16);
    _exit(is_well && next != nullptr && !is_touched_safely(block) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(is_touched_safely(block));
  give_back(block);
}

TEST_CASE("Where the system refuses, there is no block, and then there is") {
  os::refuse_requests_after(0);
  static_cast<void>(take(16));
  os::refuse_requests_after(-1);
  look_at_a_block();
}

TEST_CASE("Sound programs of many sizes are drawn from, and told nothing") {
  constexpr std::uint32_t nearly_all = 999'999;
  constexpr unsigned calls = 400'000;
  set_sampling_budget(nearly_all);
  set_check_mode(CheckMode::sampled);
  const std::uint64_t before = sampling().all().samples;
  Heap& served = default_heap();
  void* blocks[1000] = {};
  std::uint32_t word = 1;
  for (unsigned i = 0; i < calls; ++i) {
    word = word * 1'664'525 + 1'013'904'223;
    void*& block = blocks[(word >> 8) % 1000];
    served.deallocate(block);
    block = served.allocate((word >> 12) % (i % 64 == 0 ? 300'000 : 40'000));
    REQUIRE(block != nullptr);
  }
  CHECK(sampling().all().samples > before);
  for (void* block : blocks)
    served.deallocate(block);
  set_check_mode(CheckMode::off);
  set_sampling_budget(5'000);
}

TEST_CASE("Zeroed blocks that are drawn are zero, and go home as others do") {
  set_sampling_budget(1'000'000);
  set_check_mode(CheckMode::sampled);
  Heap heap;
  for (const std::size_t size :
       std::initializer_list<std::size_t>{100, 5000, 40000, 200000, 3000000})
    for (unsigned i = 0; i < 20; ++i) {
      auto* const block = static_cast<char*>(heap.allocate_zeroed(size));
      REQUIRE(block != nullptr);
      CHECK(std::count(block, block + size, 0) == static_cast<long>(size));
      std::memset(block, 1, size);
      CHECK(heap.reallocate(block, size + 1) != nullptr);
    }
  set_check_mode(CheckMode::off);
  set_sampling_budget(5'000);
}

TEST_CASE("Spent time is taken from a credit that time fills") {
  set_sampling_budget(5'000);
  unsigned drawn = 0;
  while (may_sample(port::DrawOf::blocks, 10) && drawn < 1'000'000) {
    ++drawn;
    const Spending spending;
    usleep(100);
  }
  CHECK(drawn < 1'000'000);
  CHECK(sampling().spent > 0);
  CHECK(sampling().all().came >= 10 * drawn);
  set_sampling_budget(1'000'000);
  CHECK(may_sample(port::DrawOf::blocks, 1));
  set_sampling_budget(0);
  CHECK_FALSE(may_sample(port::DrawOf::blocks, 1));
  set_sampling_budget(5'000);
}

TEST_CASE("The odds of finding a bug are those of drawing its block once") {
  CHECK(Draws{}.odds(100) == 0);
  CHECK(Draws{1, 2}.odds(1) == doctest::Approx(0.5));
  CHECK(Draws{1, 2}.odds(3) == doctest::Approx(0.875));
  CHECK(Draws{9, 2}.odds(1) == 1);
}

}  // namespace
}  // namespace tarn::check
