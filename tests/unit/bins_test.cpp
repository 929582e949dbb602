// What cache.hpp says of a cache's bins and reserves, looked at after each of
// many calls: they are what they say they are. Rounds end on a clock of the
// test's own, which a slow machine does not move.
#include "tarn/system.hpp"

#include "port/world.hpp"
#include "span/cache.hpp"
#include "support/own_clock.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace tarn;
using test::now;

// Chunks that hang behind the first one, each known to be in no pool.
std::size_t length_of(const span::FreeChunk* chunk,
                      std::set<const void*>& seen) {
  std::size_t length = 0;
  for (; chunk != nullptr; chunk = chunk->next, ++length) {
    REQUIRE(span::is_holder(chunk->holder));
    REQUIRE(seen.insert(chunk).second);
  }
  return length;
}

// Bytes in this thread's cache.
std::size_t look_at_cache(const std::vector<Loan>& lent) TARN_UNCHECKED_LOCKS {
  span::ChunkCache& cache = *span::own_lane->own;
  std::set<const void*> seen;
  for (const Loan& loan : lent)
    seen.insert(loan.memory);
  std::size_t bytes = 0;
  for (unsigned step = 0; step < span::steps; ++step) {
    const span::Bin& bin = cache.bin(step);
    const span::Reserve& reserve = cache.reserves[step];
    REQUIRE(bin.room <= bin.limit);
    REQUIRE(length_of(bin.head, seen) == bin.count());
    std::size_t chunks = bin.count();
    std::uint32_t batches = 0;
    for (const span::FreeChunk* batch = reserve.batches; batch != nullptr;
         batch = batch->next_batch, ++batches) {
      REQUIRE(batch->count <= bin.limit);
      REQUIRE(length_of(batch, seen) == batch->count);
      chunks += batch->count;
    }
    REQUIRE(batches == reserve.count);
    REQUIRE(reserve.count <= reserve.quota);
    REQUIRE(reserve.least <= reserve.count);
    bytes += chunks * span::chunk_size(step);
  }
  return bytes;
}

void give_back(std::vector<Loan>& loans) {
  for (const Loan& loan : loans)
    port::system_take_back(loan);
  loans.clear();
}

// Runs in a thread of its own, whose cache begins empty.
template <class Body>
void in_new_cache(Body body) {
  std::thread([&body] {
    port::system_take_back(port::system_lend_chunk(4 * KiB));
    body();
  }).join();
}

}  // namespace

TEST_CASE("a cache holds what its counts say, whatever is lent and returned") {
  in_new_cache([] {
    std::mt19937 random{1};
    std::vector<Loan> lent;
    for (int phase = 0; phase < 60; ++phase) {
      now += static_cast<long>(random() % 200);
      const auto step = static_cast<unsigned>(random() % span::steps);
      const std::size_t wanted = random() % (3 * span::batch_of(step));
      while (lent.size() < wanted) {
        lent.push_back(port::system_lend_chunk(span::chunk_size(step)));
        REQUIRE(lent.back());
        look_at_cache(lent);
      }
      while (lent.size() > wanted / 2) {
        const Loan loan = lent.back();
        lent.pop_back();
        port::system_take_back(loan);
        look_at_cache(lent);
      }
    }
    give_back(lent);
    look_at_cache(lent);
  });
}

TEST_CASE("a thread's cache holds a batch of each size in its bin") {
  in_new_cache([] {
    for (unsigned step = 0; step < span::steps; ++step) {
      const span::Bin& bin = span::own_lane->own->bin(step);
      CHECK(bin.limit == span::batch_of(step));
      CHECK(bin.limit * span::chunk_size(step) >= 256 * KiB);
    }
  });
}

TEST_CASE(
    "what a thread gives back beyond a megabyte of a size is for others") {
  for (unsigned step = 0; step < span::steps; ++step)
    in_new_cache([step] {
      const std::size_t size = span::chunk_size(step);
      const std::size_t batch = span::batch_of(step) * size;
      std::vector<Loan> lent;
      for (std::size_t bytes = 0; bytes < 3 * MiB + 8 * batch; bytes += size)
        lent.push_back(port::system_lend_chunk(size));
      const std::size_t stored = space_stats().stored;
      const std::size_t before = look_at_cache(lent);
      const std::size_t total = lent.size() * size + before;
      give_back(lent);
      const std::size_t kept = look_at_cache(lent);
      CHECK(kept >= std::min(batch, total));
      CHECK(kept <= std::max(std::size_t{1} * MiB, 4 * batch) + before);
      CHECK(space_stats().stored + 64 * KiB >= stored + total - kept);
    });
}

TEST_CASE("a swing that comes again and again stays in the thread's cache") {
  in_new_cache([] {
    constexpr std::size_t size = 8 * KiB;
    constexpr std::size_t swing = 8 * MiB / size;
    const auto make_swing = [] {
      std::vector<Loan> lent;
      for (std::size_t i = 0; i < swing; ++i)
        lent.push_back(port::system_lend_chunk(size));
      give_back(lent);
    };
    // Rounds are a tenth of a second apart.
    std::size_t kept = 0;
    for (int tries = 0; tries < 3000 && kept < swing * size; ++tries) {
      make_swing();
      kept = look_at_cache({});
      now += 4;
    }
    CHECK(kept >= swing * size);
  });
}
