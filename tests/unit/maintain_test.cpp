#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <chrono>
#include <cstring>
#include <doctest/doctest.h>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr std::size_t burst = 64 * MiB;

// Lends and gives back 64 MiB, every page touched, in chunks of `size`.
void make_burst(std::size_t size) {
  std::vector<Loan> loans;
  for (std::size_t lent = 0; lent < burst; lent += size) {
    loans.push_back(system_upstream().lend({size}));
    REQUIRE(loans.back());
    std::memset(loans.back().memory, 1, loans.back().size);
  }
  for (const Loan& loan : loans)
    system_upstream().take_back(loan);
}

// Bytes that are there and in no pool.
std::size_t idle_bytes() {
  const SpaceStats stats = space_stats();
  return stats.dirty + stats.cached + stats.stored;
}

// Of this process, as the kernel counts them.
std::size_t locked_bytes() {
  std::ifstream status{"/proc/self/status"};
  std::string word;
  while (status >> word && word != "VmLck:")
    continue;
  std::size_t kib = 0;
  status >> kib;
  REQUIRE(status.good());
  return kib * KiB;
}

// As long as it takes, up to some twenty seconds on a slow machine.
template <class Done>
bool comes_true(Done is_done) {
  for (int i = 0; i < 400; ++i) {
    if (is_done())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace

TEST_CASE("without purging on requests nothing goes until somebody maintains") {
  purge_on_requests(false);
  const std::size_t before = space_stats().purged;
  for (const std::size_t size : {8 * KiB, 256 * KiB, 1 * MiB})
    make_burst(size);
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  while (std::chrono::steady_clock::now() < end) {
    Region region;
    static_cast<void>(region.allocate(100));
  }
  CHECK(space_stats().purged == before);
  const bool is_back = comes_true([] {
    maintain(100'000'000);
    return idle_bytes() <= 4 * MiB;
  });
  CHECK(is_back);
  CHECK(space_stats().purged >= before + burst);
  purge_on_requests(true);
}

TEST_CASE("light work gives a burst back by itself") {
  make_burst(32 * KiB);
  CHECK(comes_true([] {
    for (int i = 0; i < 100; ++i) {
      Region region;
      static_cast<void>(region.allocate(100));
    }
    return idle_bytes() <= 4 * MiB;
  }));
}

TEST_CASE("the background thread gives a burst back while all are idle") {
  REQUIRE(start_background_maintenance());
  make_burst(16 * KiB);
  CHECK(comes_true([] { return idle_bytes() <= 4 * MiB; }));
  stop_background_maintenance();
}

TEST_CASE("maintain with no time does one small step at most, and says more") {
  make_burst(1 * MiB);
  const std::size_t before = space_stats().purged;
  bool is_more = true;
  CHECK(comes_true([&] {
    is_more = maintain(0);
    return space_stats().purged != before;
  }));
  CHECK(space_stats().purged - before <= 16 * MiB);
}

TEST_CASE("a system upstream with options lends what was asked for") {
  SystemUpstream present{{.populate = true}};
  const Loan loan = present.lend({100'000});
  REQUIRE(loan);
  CHECK(loan.size == 128 * KiB);
  CHECK(os::present(loan.memory, loan.size) == loan.size);
  CHECK(present.held() == loan.size);
  Region region{present};
  CHECK(region.allocate(1000) != nullptr);
  present.take_back(loan);
  CHECK(present.held() > 0);
}

TEST_CASE("memory that is to be locked is locked while it is lent") {
  alignas(4 * KiB) static std::byte probe[4 * KiB];
  const bool may_lock = mlock(probe, sizeof probe) == 0;
  REQUIRE(munlock(probe, sizeof probe) == 0);
  const std::size_t before = locked_bytes();
  SystemUpstream locked{{.lock_memory = true}};
  const Loan loan = locked.lend({4096});
  CHECK(static_cast<bool>(loan) == may_lock);
  if (!loan)
    return;
  CHECK(locked_bytes() == before + loan.size);
  locked.take_back(loan);
  CHECK(locked_bytes() == before);
}

TEST_CASE("memory that cannot be locked is not lent") {
  const std::size_t before = space_stats().held;
  SystemUpstream locked{{.lock_memory = true}};
  os::refuse_requests_after(0);
  CHECK_FALSE(locked.lend({4096}));
  os::refuse_requests_after(-1);
  CHECK(locked.held() == 0);
  CHECK(space_stats().held == before);
}

TEST_CASE("huge pages from the start come in whole ones") {
  SystemUpstream upstream{{.huge_pages = HugePages::always}};
  const Loan loan = upstream.lend({3 * MiB});
  REQUIRE(loan);
  CHECK(loan.size == 4 * MiB);
  CHECK(detail::address_of(loan.memory) % (2 * MiB) == 0);
  std::memset(loan.memory, 1, loan.size);
  upstream.take_back(loan);
  CHECK(upstream.held() == 0);
}

TEST_CASE("an option that cannot be had gives nothing and leaves nothing") {
  SystemUpstream nowhere{{.numa_node = 1000}};
  const std::size_t before = space_stats().held;
  CHECK_FALSE(nowhere.lend({4096}));
  CHECK(nowhere.held() == 0);
  SystemUpstream refused{{.populate = true}};
  os::refuse_requests_after(0);
  CHECK_FALSE(refused.lend({4096}));
  os::refuse_requests_after(-1);
  CHECK(space_stats().held == before);
}

TEST_CASE("the figures of the space agree with each other") {
  const Loan loan = system_upstream().lend({10 * MiB});
  const SpaceStats stats = space_stats();
  CHECK(stats.held >= 10 * MiB);
  CHECK(stats.held + stats.dirty <= stats.committed);
  CHECK(stats.committed <= stats.reserved);
  CHECK(stats.metadata > 0);
  CHECK(stats.threads >= 1);
  system_upstream().take_back(loan);
  CHECK(space_stats().held + 10 * MiB <= stats.held + 64 * KiB);
}
