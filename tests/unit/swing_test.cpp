// What cache.cpp says of quotas: they follow the swing of a thread's use, by
// rounds that end on a clock of the test's own.
// ONLY linux
#include "tarn/system.hpp"

#include "port/world.hpp"
#include "span/cache.hpp"
#include "span/caches.hpp"
#include "support/own_clock.hpp"

#include <doctest/doctest.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;
using test::now;

constexpr unsigned step = 1;
constexpr std::size_t size = span::chunk_size(step);
constexpr unsigned patience = 9;  // calm rounds until a quota falls

std::uint32_t quota() TARN_UNCHECKED_LOCKS {
  return span::own_lane->own->reserves[step].quota;
}

// Bytes in this thread's bin and behind it.
std::size_t kept() TARN_UNCHECKED_LOCKS {
  span::ChunkCache& cache = *span::own_lane->own;
  std::size_t chunks = cache.bin(step).count();
  for (const span::FreeChunk* batch = cache.reserves[step].batches;
       batch != nullptr; batch = batch->next_batch)
    chunks += batch->count;
  return chunks * size;
}

// The round ends on the slow lane, by a chunk of another size.
void end_round() {
  now += 100;
  port::system_take_back(
      port::system_lend({64 * KiB, 64 * KiB, PoolKind::region}));
}

// So many batches are lent and come back.
void make_swing(std::uint32_t batches) {
  std::vector<Loan> loans;
  for (std::uint32_t i = 0; i < batches * span::batch_of(step); ++i)
    loans.push_back(port::system_lend_chunk(size));
  for (const Loan& loan : loans)
    port::system_take_back(loan);
}

// Makes swings until one needs no more.
std::uint32_t rise(std::uint32_t batches) {
  for (int round = 0; round < 40 && quota() < batches - 1; ++round) {
    make_swing(batches);
    end_round();
  }
  return quota();
}

template <class Body>
void in_new_cache(Body body) {
  purge_on_requests(false);
  std::thread([&body] {
    end_round();
    REQUIRE(quota() == span::least_quota);
    body();
  }).join();
}

}  // namespace

TEST_CASE("a quota rises to the swing, a part of it in each round") {
  in_new_cache([] {
    constexpr std::uint32_t swing = 30;
    while (quota() < swing - 1) {
      const std::uint32_t before = quota();
      make_swing(swing);
      end_round();
      REQUIRE(quota() == before + before / 4 + 1);
    }
    make_swing(swing);
    CHECK(kept() >= 29 * span::batch_of(step) * size);
  });
}

TEST_CASE("a small swing leaves the quota at its least") {
  in_new_cache([] {
    for (int round = 0; round < 20; ++round) {
      make_swing(span::least_quota);
      end_round();
      CHECK(quota() == span::least_quota);
    }
    CHECK(kept() > 0);
  });
}

TEST_CASE("a quota falls after nine calm rounds in a row, and no earlier") {
  in_new_cache([] {
    std::uint32_t before = rise(30);
    make_swing(100);
    end_round();
    CHECK(quota() > before);
    before = quota();
    for (unsigned round = 1; round < patience; ++round) {
      end_round();
      CHECK(quota() == before);
    }
    end_round();
    CHECK(quota() == before - before / 4 - 1);
    before = quota();
    // Eight calm rounds and one that is not count for nothing.
    for (unsigned round = 1; round < patience; ++round)
      end_round();
    make_swing(100);
    end_round();
    CHECK(quota() > before);
    before = quota();
    for (unsigned round = 1; round < patience; ++round)
      end_round();
    CHECK(quota() == before);
    end_round();
    CHECK(quota() < before);
  });
}

TEST_CASE("a quota falls to its least, and what was kept goes") {
  in_new_cache([] {
    rise(60);
    for (unsigned round = 0; round < 40 * patience; ++round)
      end_round();
    CHECK(quota() == span::least_quota);
    CHECK(kept() <= 64 * KiB);
  });
}

TEST_CASE("who only borrows, or only gives back, keeps no more for it") {
  in_new_cache([] {
    std::vector<Loan> loans;
    for (int round = 0; round < 5; ++round) {
      for (unsigned i = 0; i < 20 * span::batch_of(step); ++i)
        loans.push_back(port::system_lend_chunk(size));
      end_round();
      CHECK(quota() == span::least_quota);
    }
    for (int round = 0; round < 5; ++round) {
      for (unsigned i = 0; i < 20 * span::batch_of(step); ++i) {
        port::system_take_back(loans.back());
        loans.pop_back();
      }
      end_round();
      CHECK(quota() == span::least_quota);
    }
  });
}

TEST_CASE(
    "looks at the clock come a few milliseconds apart, whatever is done") {
  in_new_cache([] {
    const auto period = [] { return span::own_lane->own->period; };
    const auto work = [] {
      for (int i = 0; i < 200; ++i)
        port::system_take_back(port::system_lend_chunk(size));
    };
    // A busy thread looks every 64 lends, the more often the less it does.
    for (int i = 0; i < 10; ++i)
      work();
    CHECK(period() == 64);
    now += 16;
    work();
    CHECK(period() == 64);
    now += 17;
    port::system_take_back(port::system_lend({4 * KiB, 8 * KiB}));
    CHECK(period() == 1);
    for (const std::uint32_t due : {1u, 1u, 1u}) {
      now += 2;
      port::system_take_back(port::system_lend({4 * KiB, 8 * KiB}));
      CHECK(period() == due);
    }
    port::system_take_back(port::system_lend({4 * KiB, 8 * KiB}));
    CHECK(period() == 2);
  });
}

TEST_CASE("a bin that nobody touched for ten rounds keeps 64 KiB at most") {
  in_new_cache([] {
    constexpr unsigned largest = span::steps - 1;
    const auto chunks = [] {
      return span::own_lane->own->bin(largest).count();
    };
    port::system_take_back(port::system_lend_chunk(span::chunk_size(largest)));
    // This round's end notes what there is, and parts what there is too much.
    end_round();
    for (int round = 0; round < 9; ++round) {
      end_round();
      CHECK(chunks() != 0);
    }
    end_round();
    CHECK(chunks() == 0);
  });
}

TEST_CASE("a thread that only gives back ends its rounds too") {
  in_new_cache([] {
    std::vector<Loan> loans;
    for (unsigned i = 0; i < 20 * span::batch_of(step); ++i)
      loans.push_back(port::system_lend_chunk(size));
    for (int round = 0; round < 5; ++round) {
      now += 100;
      for (unsigned i = 0; i < 2 * span::batch_of(step); ++i) {
        port::system_take_back(loans.back());
        loans.pop_back();
      }
      CHECK(span::own_lane->own->last_round == span::now_ms());
    }
    for (const Loan& loan : loans)
      port::system_take_back(loan);
  });
}

TEST_CASE("a batch leaves the shelf that a round of 100 ms did not need") {
  purge_on_requests(false);
  const auto stored_after = [](long milliseconds) {
    now += milliseconds;
    while (maintain(1))
      continue;
    return space_stats().stored;
  };
  stored_after(100);
  stored_after(100);
  std::thread([] { make_swing(20); }).join();
  const std::size_t stored = stored_after(100);
  CHECK(stored_after(99) == stored);
  CHECK(stored_after(1) < stored);
}

TEST_CASE("maintain does all there is to do while its time is not over") {
  purge_on_requests(false);
  const auto make_burst = [] {
    std::vector<Loan> loans;
    for (unsigned i = 0; i < 20 * span::batch_of(step); ++i)
      loans.push_back(port::system_lend_chunk(size));
    for (const Loan& loan : loans)
      port::system_take_back(loan);
  };
  for (const std::uint64_t budget : {0u, 1u}) {
    std::thread(make_burst).join();
    // The first round sees the batches, the second that nobody needed them.
    now += 100;
    static_cast<void>(maintain(1));
    now += 100;
    CHECK(maintain(budget) == (budget == 0));
    while (maintain(1))
      continue;
  }
}

TEST_CASE("half goes of what idled a quarter of a second, all after three") {
  purge_on_requests(false);
  const auto maintain_after = [](long milliseconds) {
    now += milliseconds;
    while (maintain(1))
      continue;
    return space_stats().dirty;
  };
  maintain_after(10'000);
  const std::size_t before = maintain_after(10'000);
  const Loan loan = system_upstream().lend({2 * MiB});
  REQUIRE(loan);
  system_upstream().take_back(loan);
  // The quarter in which it was in use.
  CHECK(maintain_after(250) == before + 2 * MiB);
  CHECK(maintain_after(249) == before + 2 * MiB);
  CHECK(maintain_after(1) == before + 1 * MiB);
  CHECK(maintain_after(249) == before + 1 * MiB);
  CHECK(maintain_after(1) == before + MiB / 2);
  CHECK(maintain_after(249) == before + MiB / 2);
  CHECK(maintain_after(1) == before);
}
