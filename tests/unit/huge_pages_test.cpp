// What reservation.hpp promises of huge pages, and of claims in the middle of a
// purge: what the kernel is told is looked at on its way.
// ONLY linux
#include "tarn/system.hpp"

#include "os/memory.hpp"
#include "span/space.hpp"
#include "support/kernel.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <doctest/doctest.h>
#include <mutex>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::span;
using test::SystemCall;

constexpr long advise_collapse = 25;  // newer than some systems' headers
constexpr std::uint32_t patience = 100;

struct Advice {
  const std::byte* memory;
  long what;
};

std::mutex lock;
std::vector<Advice> advices;

// Huge pages are only noted: whether the machine has any is no matter.
std::optional<long> note_advice(const SystemCall& call) {
  const long what = call.words[2];
  const bool is_noted = call.number == SYS_madvise &&
                        (what == MADV_HUGEPAGE || what == MADV_NOHUGEPAGE ||
                         what == advise_collapse);
  if (!is_noted)
    return std::nullopt;
  const std::lock_guard hold{lock};
  advices.push_back({reinterpret_cast<std::byte*>(call.words[0]), what});
  return 0;
}

class Noting {
 public:
  Noting() {
    advices.clear();
    test::on_system_call = note_advice;
  }
  ~Noting() { test::on_system_call = nullptr; }
  Noting(const Noting&) = delete;
  Noting& operator=(const Noting&) = delete;
};

bool is_advised(long what, const std::byte* memory = nullptr) {
  const std::lock_guard hold{lock};
  return std::any_of(advices.begin(), advices.end(), [&](const Advice& one) {
    return one.what == what && (memory == nullptr || one.memory == memory);
  });
}

Reservation& small_reservation(std::size_t size) {
  static std::deque<Reservation> all;
  Reservation& part = all.emplace_back();
  REQUIRE(part.start(size, size + 4 * granule_size));
  return part;
}

// A stretch of which all but `unused` granules at its end are in use.
std::byte* crowd(Reservation& part, std::size_t unused) {
  const std::size_t used = stretch_granules - unused;
  std::byte* const memory = part.claim(used);
  REQUIRE(memory != nullptr);
  std::memset(memory, 1, used * granule_size);
  return memory;
}

// Whether background maintenance or maintain() comes to it, as long as it
// takes on a slow machine.
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

TEST_CASE("a half is worth a huge page when crowded for as long as asked") {
  Reservation& part = small_reservation(2 * stretch_size);
  std::byte* const memory = crowd(part, 4);
  std::byte* const second = memory + os::huge_page;
  const Noting noting;
  part.look_for_huge(0, 1000, true, patience);
  part.look_for_huge(0, 1000 + patience - 1, true, patience);
  CHECK(advices.empty());
  part.look_for_huge(0, 1000 + patience, true, patience);
  CHECK(is_advised(MADV_HUGEPAGE, memory));
  CHECK(is_advised(MADV_HUGEPAGE, second));
  CHECK(is_advised(advise_collapse, memory));
  CHECK(is_advised(advise_collapse, second));
  advices.clear();
  part.look_for_huge(0, 1000 + 9 * patience, true, patience);
  CHECK(advices.empty());
}

TEST_CASE("a half of which less than seven eighths are in use is not") {
  Reservation& part = small_reservation(2 * stretch_size);
  std::byte* const memory = crowd(part, 5);
  const Noting noting;
  for (std::uint32_t now = 1000; now < 2000; now += patience)
    part.look_for_huge(0, now, true, patience);
  CHECK(is_advised(MADV_HUGEPAGE, memory));
  CHECK_FALSE(is_advised(MADV_HUGEPAGE, memory + os::huge_page));
}

TEST_CASE("what was less crowded meanwhile waits anew") {
  Reservation& part = small_reservation(2 * stretch_size);
  std::byte* const memory = crowd(part, 0);
  const Noting noting;
  part.look_for_huge(0, 1000, true, patience);
  part.release(memory, 5);
  part.look_for_huge(0, 1000 + patience, true, patience);
  CHECK_FALSE(is_advised(MADV_HUGEPAGE, memory));
  REQUIRE(part.claim(5) == memory);
  part.look_for_huge(0, 1001 + patience, true, patience);
  part.look_for_huge(0, 1000 + 2 * patience, true, patience);
  CHECK_FALSE(is_advised(MADV_HUGEPAGE, memory));
  part.look_for_huge(0, 1001 + 2 * patience, true, patience);
  CHECK(is_advised(MADV_HUGEPAGE, memory));
}

TEST_CASE("memory in use that was never touched does not become huge") {
  Reservation& part = small_reservation(2 * stretch_size);
  std::byte* const memory = part.claim(stretch_granules);
  REQUIRE(memory != nullptr);
  std::memset(memory, 1, os::huge_page);
  const Noting noting;
  for (std::uint32_t now = 1000; now < 2000; now += patience)
    part.look_for_huge(0, now, true, patience);
  CHECK(is_advised(MADV_HUGEPAGE, memory));
  CHECK_FALSE(is_advised(MADV_HUGEPAGE, memory + os::huge_page));
}

TEST_CASE("a huge page is not broken for a part of it, until most idles") {
  Reservation& part = small_reservation(2 * stretch_size);
  std::byte* const memory = crowd(part, 0);
  const Noting noting;
  part.look_for_huge(0, 1000, false, patience);
  part.look_for_huge(0, 1000 + patience, false, patience);
  CHECK(is_advised(MADV_HUGEPAGE, memory));
  CHECK_FALSE(is_advised(advise_collapse));
  part.release(memory, 23);
  CHECK(part.purge(0, 1, 2000, 0) == 0);
  part.release(memory + 23 * granule_size, 1);
  CHECK(part.purge(0, 1, 2000, 0) == 24 * granule_size);
  CHECK(is_advised(MADV_NOHUGEPAGE, memory));
  CHECK_FALSE(is_advised(MADV_NOHUGEPAGE, memory + os::huge_page));
  advices.clear();
  part.release(memory + 24 * granule_size, 1);
  CHECK(part.purge(0, 1, 3000, 0) == granule_size);
  CHECK(advices.empty());
}

TEST_CASE("what was lent in huge pages goes back without them") {
  SystemUpstream upstream{{.huge_pages = HugePages::always}};
  const Noting noting;
  const Loan loan = upstream.lend({2 * MiB});
  REQUIRE(loan);
  CHECK(is_advised(MADV_HUGEPAGE, loan.memory));
  {
    const std::lock_guard hold{lock};
    advices.clear();
  }
  upstream.take_back(loan);
  CHECK(is_advised(MADV_NOHUGEPAGE, loan.memory));
  CHECK_FALSE(is_advised(MADV_HUGEPAGE));
}

TEST_CASE("who maintains makes huge pages now, a request leaves it to later") {
  const Loan loan = system_upstream().lend({8 * MiB});
  REQUIRE(loan);
  std::memset(loan.memory, 1, loan.size);
  const Noting noting;
  Loan chunk = system_upstream().lend({8 * KiB});
  CHECK(comes_true([&chunk] {
    for (int i = 0; i < 1000; ++i) {
      system_upstream().take_back(chunk);
      chunk = system_upstream().lend({8 * KiB});
    }
    return is_advised(MADV_HUGEPAGE);
  }));
  CHECK_FALSE(is_advised(advise_collapse));
  system_upstream().take_back(chunk);
  const Loan other = system_upstream().lend({8 * MiB});
  REQUIRE(other);
  std::memset(other.memory, 1, other.size);
  REQUIRE(start_background_maintenance());
  CHECK(comes_true([] { return is_advised(advise_collapse); }));
  stop_background_maintenance();
  const Loan third = system_upstream().lend({8 * MiB});
  REQUIRE(third);
  std::memset(third.memory, 1, third.size);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  {
    const std::lock_guard hold{lock};
    advices.clear();
  }
  CHECK(comes_true([] {
    maintain(10'000'000);
    return is_advised(advise_collapse);
  }));
  for (const Loan& one : {loan, other, third})
    system_upstream().take_back(one);
}

namespace {

Reservation* purged = nullptr;
std::byte* claimed = nullptr;

std::optional<long> claim_meanwhile(const SystemCall& call) {
  if (call.number == SYS_madvise && call.words[2] == MADV_DONTNEED) {
    test::on_system_call = nullptr;
    claimed = purged->claim(stretch_granules);
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("what is being purged is nobody's, and is the lowest again after") {
  Reservation& part = small_reservation(3 * stretch_size);
  std::byte* const first = part.claim(stretch_granules);
  REQUIRE(first == part.begin());
  std::memset(first, 1, stretch_size);
  part.release(first, stretch_granules);
  purged = &part;
  test::on_system_call = claim_meanwhile;
  CHECK(part.purge(0, 1, 5, 0) == stretch_size);
  CHECK(claimed == first + stretch_size);
  CHECK(part.claim(stretch_granules) == first);
  CHECK(first[0] == std::byte{0});
}
