// The chunk that a thread keeps at hand: a region's only one, when it ends.
#include "tarn/describe.hpp"

#include "port/world.hpp"
#include "span/cache.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;

constexpr std::size_t size = span::most_at_hand;

// As a region lets go of its chunks, the newest first.
void end(const std::vector<Loan>& loans) {
  for (std::size_t i = 0; i < loans.size(); ++i) {
    void* const next = i + 1 < loans.size() ? loans[i + 1].memory : nullptr;
    ::new (loans[i].memory) port::LentChunk{next, loans[i].size};
  }
  port::system_take_back_list(loans[0].memory);
}

Loan lend(std::size_t bytes) {
  const Loan loan = port::system_lend_chunk(bytes);
  REQUIRE(loan);
  return loan;
}

std::size_t at_hand() {
  return span::own_lane->bytes_at_hand();
}

std::size_t on_shelf() {
  return span::shelves[span::step_of(size)].bytes_in_batches(
      span::step_of(size));
}

// What this thread had at hand is used up, so that a case begins with nothing.
struct EmptyHand {
  EmptyHand() {
    port::system_take_back(lend(4 * KiB));  // so that there is a cache
    while (at_hand() != 0)
      loans.push_back(lend(at_hand()));
  }
  ~EmptyHand() {
    for (const Loan& loan : loans)
      port::system_take_back(loan);
  }
  std::vector<Loan> loans;
};

}  // namespace

TEST_CASE("a chunk that comes back alone is at hand, and the next to be lent") {
  const EmptyHand empty;
  const Loan loan = lend(size);
  end({loan});
  CHECK(at_hand() == size);
  CHECK(describe(loan.memory).kind == AddressKind::free);
  const Loan again = lend(size);
  CHECK(again.memory == loan.memory);
  CHECK(again.size == size);
  CHECK(at_hand() == 0);
  CHECK(describe(again.memory).kind != AddressKind::free);
  port::system_take_back(again);
}

TEST_CASE("what is at hand counts as cached") {
  const EmptyHand empty;
  const Loan loan = lend(size);
  const std::size_t before = span::cached_bytes();
  end({loan});
  CHECK(span::cached_bytes() == before + size);
  port::system_take_back(lend(size));
}

TEST_CASE("of a list the last is at hand, the others are in their bins") {
  const EmptyHand empty;
  const Loan first = lend(size);
  const Loan second = lend(128 * KiB);
  const Loan third = lend(256 * KiB);
  end({third, second, first});
  CHECK(at_hand() == size);
  CHECK(lend(256 * KiB).memory == third.memory);
  CHECK(lend(128 * KiB).memory == second.memory);
  CHECK(lend(size).memory == first.memory);
  for (const Loan& loan : {first, second, third})
    port::system_take_back(loan);
}

TEST_CASE("a second chunk of the size at hand goes to its bin") {
  const EmptyHand empty;
  const Loan first = lend(size);
  const Loan second = lend(size);
  end({first});
  end({second});
  CHECK(lend(size).memory == first.memory);
  CHECK(lend(size).memory == second.memory);
  port::system_take_back(first);
  port::system_take_back(second);
}

TEST_CASE("a chunk of another size takes the place of what is at hand") {
  const EmptyHand empty;
  const Loan small = lend(4 * KiB);
  const Loan large = lend(size);
  end({small});
  CHECK(at_hand() == 4 * KiB);
  end({large});
  CHECK(at_hand() == size);
  CHECK(lend(4 * KiB).memory == small.memory);
  CHECK(lend(size).memory == large.memory);
  port::system_take_back(small);
  port::system_take_back(large);
}

TEST_CASE("a chunk that is larger is not kept at hand") {
  const EmptyHand empty;
  const Loan loan = lend(2 * size);
  end({loan});
  CHECK(at_hand() == 0);
  CHECK(lend(2 * size).memory == loan.memory);
  port::system_take_back(loan);
}

TEST_CASE("what is at hand leaves with its thread") {
  const std::size_t before = on_shelf();
  std::size_t kept = 0;
  std::thread thread([&kept] {
    const EmptyHand empty;
    end({lend(size)});
    kept = at_hand();
  });
  thread.join();
  CHECK(kept == size);
  CHECK(on_shelf() >= before + size);
}

TEST_CASE("a child after fork has what was at the hand of other threads") {
  std::atomic<int> stage{0};
  std::thread other([&stage] {
    const EmptyHand empty;
    end({lend(size)});
    stage = 1;
    while (stage == 1)
      std::this_thread::yield();
  });
  while (stage == 0)
    std::this_thread::yield();
  const std::size_t before = on_shelf();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0)
    _exit(on_shelf() >= before + size ? 0 : 1);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  stage = 2;
  other.join();
}
