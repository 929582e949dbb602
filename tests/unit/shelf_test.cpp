// What shelf.hpp promises of the central store.
#include "span/shelf.hpp"

#include "tarn/describe.hpp"

#include "os/memory.hpp"

#include <cstring>
#include <deque>
#include <doctest/doctest.h>
#include <iterator>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::span;

// Chunks come from the one space of the process, so a shelf stays as long.
Shelf& own_shelf() {
  static std::deque<Shelf> all;
  return all.emplace_back();
}

std::byte* lend_one(Shelf& shelf, unsigned step, unsigned thread = 0) {
  std::size_t count = 0;
  FreeChunk* const chunk = shelf.lend(step, thread, &count);
  REQUIRE(chunk != nullptr);
  REQUIRE(count == 1);
  return reinterpret_cast<std::byte*>(chunk);
}

// Links chunks in this order and gives them back.
void give_back(Shelf& shelf, const std::vector<std::byte*>& chunks) {
  FreeChunk* first = nullptr;
  for (auto chunk = chunks.rbegin(); chunk != chunks.rend(); ++chunk) {
    auto* const free = reinterpret_cast<FreeChunk*>(*chunk);
    free->next = first;
    first = free;
  }
  shelf.take_back(first, chunks.size());
}

// What waited for a round is not needed.
void dissolve_all(Shelf& shelf, unsigned step) {
  shelf.end_round();
  shelf.end_round();
  while (shelf.dissolve_one(step))
    continue;
}

// A granule's chunks, each filled with its number.
std::vector<std::byte*> cut_granule(Shelf& shelf, unsigned step) {
  std::vector<std::byte*> chunks;
  for (std::size_t i = 0; i < granule_size / chunk_size(step); ++i) {
    chunks.push_back(lend_one(shelf, step));
    std::memset(chunks.back(), static_cast<int>(i + 1), chunk_size(step));
  }
  return chunks;
}

std::size_t present(std::byte* memory, std::size_t size) {
  return os::present(memory, size);
}

}  // namespace

TEST_CASE("chunks are cut from a granule, lowest address first") {
  for (unsigned step = 0; step < cut_steps; ++step) {
    Shelf& shelf = own_shelf();
    const std::vector<std::byte*> chunks = cut_granule(shelf, step);
    CHECK(detail::address_of(chunks[0]) % granule_size == 0);
    for (std::size_t i = 0; i < chunks.size(); ++i)
      CHECK(chunks[i] == chunks[0] + i * chunk_size(step));
    CHECK(shelf.bytes(step) == 0);
    give_back(shelf, chunks);
    CHECK(shelf.bytes(step) == granule_size);
  }
}

TEST_CASE("threads cut from granules of their own") {
  Shelf& shelf = own_shelf();
  std::byte* last[3] = {};
  for (unsigned i = 0; i < granule_size / chunk_size(1); ++i)
    for (const unsigned thread : {1u, 2u}) {
      std::byte* const chunk = lend_one(shelf, 1, thread);
      if (i == 0)
        CHECK(detail::address_of(chunk) % granule_size == 0);
      else
        CHECK(chunk == last[thread] + chunk_size(1));
      last[thread] = chunk;
    }
}

TEST_CASE("what a thread has cut from and left serves others") {
  Shelf& shelf = own_shelf();
  std::byte* const first = lend_one(shelf, 1, 1);
  std::byte* const second = lend_one(shelf, 1, 2);
  CHECK(second != first + chunk_size(1));
  // What is not the granule that somebody cuts from now is anybody's.
  std::vector<std::byte*> chunks{first};
  for (std::size_t i = 1; i < granule_size / chunk_size(1); ++i)
    chunks.push_back(lend_one(shelf, 1, 1));
  give_back(shelf, {chunks[3]});
  dissolve_all(shelf, 1);
  CHECK(lend_one(shelf, 1, 3) == chunks[3]);
}

TEST_CASE("a batch comes as it went, the last one first") {
  Shelf& shelf = own_shelf();
  std::vector<std::byte*> chunks = cut_granule(shelf, 1);
  const std::vector<std::byte*> first{chunks.begin(), chunks.begin() + 3};
  const std::vector<std::byte*> second{chunks.begin() + 3, chunks.end()};
  give_back(shelf, first);
  give_back(shelf, second);
  for (const std::vector<std::byte*>& batch : {second, first}) {
    std::size_t count = 0;
    const FreeChunk* chunk = shelf.lend(1, 0, &count);
    CHECK(count == batch.size());
    for (const std::byte* const at : batch) {
      CHECK(reinterpret_cast<const std::byte*>(chunk) == at);
      chunk = chunk->next;
    }
    CHECK(chunk == nullptr);
  }
  CHECK(shelf.bytes(1) == 0);
}

TEST_CASE("a thread gets what it cut before what others did, then theirs") {
  for (const unsigned step : {1u, cut_steps}) {
    Shelf& shelf = own_shelf();
    std::byte* const one = lend_one(shelf, step, 1);
    std::byte* const two = lend_one(shelf, step, 2);
    give_back(shelf, {one});
    give_back(shelf, {two});
    CHECK(lend_one(shelf, step, 1) == one);
    CHECK(lend_one(shelf, step, 1) == two);
  }
}

TEST_CASE("chunks that nobody counted are counted") {
  Shelf& shelf = own_shelf();
  const std::vector<std::byte*> chunks = cut_granule(shelf, 2);
  shelf.take_back(nullptr, 0);
  for (std::size_t i = 0; i < chunks.size(); ++i)
    reinterpret_cast<FreeChunk*>(chunks[i])->next =
        i + 1 < chunks.size() ? reinterpret_cast<FreeChunk*>(chunks[i + 1])
                              : nullptr;
  shelf.take_back(reinterpret_cast<FreeChunk*>(chunks[0]), 0);
  CHECK(shelf.bytes(2) == granule_size);
  std::size_t count = 0;
  CHECK(shelf.lend(2, 0, &count) != nullptr);
  CHECK(count == chunks.size());
}

TEST_CASE("what was on the shelf for a whole round is dissolved, no more") {
  Shelf& shelf = own_shelf();
  const std::vector<std::byte*> chunks = cut_granule(shelf, 2);
  shelf.end_round();
  CHECK_FALSE(shelf.dissolve_one(2));
  give_back(shelf, {chunks[0]});
  give_back(shelf, {chunks[1]});
  give_back(shelf, {chunks[2]});
  CHECK_FALSE(shelf.dissolve_one(2));
  shelf.end_round();
  CHECK_FALSE(shelf.dissolve_one(2));
  // Two of the three were needed at once in this round.
  CHECK(lend_one(shelf, 2) == chunks[2]);
  CHECK(lend_one(shelf, 2) == chunks[1]);
  give_back(shelf, {chunks[1]});
  give_back(shelf, {chunks[2]});
  shelf.end_round();
  CHECK(shelf.dissolve_one(2));
  CHECK_FALSE(shelf.dissolve_one(2));
  CHECK(shelf.bytes(2) == 3 * chunk_size(2));
  give_back(shelf, {chunks[3]});
  dissolve_all(shelf, 2);
}

TEST_CASE("a granule all of whose chunks are free goes back to the space") {
  for (unsigned step = 0; step < cut_steps; ++step) {
    Shelf& shelf = own_shelf();
    std::vector<std::byte*> chunks = cut_granule(shelf, step);
    std::byte* const granule = chunks[0];
    std::byte* const last = chunks.back();
    chunks.pop_back();
    give_back(shelf, chunks);
    dissolve_all(shelf, step);
    CHECK(describe(granule).kind == AddressKind::free);
    CHECK(describe(last).kind == AddressKind::chunk);
    CHECK(shelf.bytes(step) == granule_size - chunk_size(step));
    give_back(shelf, {last});
    dissolve_all(shelf, step);
    CHECK(describe(granule).kind == AddressKind::unused);
    CHECK(describe(last).kind == AddressKind::unused);
    CHECK(shelf.bytes(step) == 0);
  }
}

TEST_CASE("chunks of whole granules go back to the space one by one") {
  for (unsigned step = cut_steps; step < steps; ++step) {
    Shelf& shelf = own_shelf();
    std::byte* const a = lend_one(shelf, step);
    std::byte* const b = lend_one(shelf, step);
    give_back(shelf, {a, b});
    CHECK(shelf.bytes(step) == 2 * chunk_size(step));
    dissolve_all(shelf, step);
    CHECK(shelf.bytes(step) == 0);
    for (std::byte* const chunk : {a, b}) {
      CHECK(describe(chunk).kind == AddressKind::unused);
      CHECK(describe(chunk + chunk_size(step) - 1).kind == AddressKind::unused);
    }
    CHECK(shelf.purge_one(step, 0) == 0);
  }
}

TEST_CASE("pages of free chunks go, after so many rounds without change") {
  constexpr unsigned rounds = 3;
  for (unsigned step = 0; step < cut_steps; ++step) {
    const std::size_t size = chunk_size(step);
    if (size < os::page_size())
      continue;
    Shelf& shelf = own_shelf();
    std::vector<std::byte*> chunks = cut_granule(shelf, step);
    std::byte* const granule = chunks[0];
    std::byte* const kept = chunks[1];
    chunks.erase(chunks.begin() + 1);
    give_back(shelf, chunks);
    dissolve_all(shelf, step);
    CHECK(present(granule, granule_size) == granule_size);
    for (unsigned round = 0; round < rounds; ++round) {
      CHECK(shelf.purge_one(step, rounds) == 0);
      shelf.end_round();
    }
    CHECK(shelf.purge_one(step, rounds) == granule_size - size);
    CHECK(present(granule, granule_size) == size);
    CHECK(kept[0] == std::byte{2});
    CHECK(kept[size - 1] == std::byte{2});
    CHECK(shelf.purge_one(step, 0) == 0);
    CHECK(shelf.bytes(step) == granule_size - size);
    // They serve again, and their pages go again.
    CHECK(lend_one(shelf, step) == granule);
    CHECK(granule[size - 1] == std::byte{0});
    std::memset(granule, 7, size);
    give_back(shelf, {granule});
    dissolve_all(shelf, step);
    CHECK(shelf.purge_one(step, 0) == size);
    CHECK(present(granule, granule_size) == size);
    give_back(shelf, {kept});
    dissolve_all(shelf, step);
    CHECK(describe(granule).kind == AddressKind::unused);
  }
}

TEST_CASE("pages go from the granule that is longest without change first") {
  if (chunk_size(0) < os::page_size())
    return;
  Shelf& shelf = own_shelf();
  std::vector<std::byte*> kept;
  std::vector<std::byte*> granules;
  for (int i = 0; i < 4; ++i) {
    std::vector<std::byte*> chunks = cut_granule(shelf, 0);
    granules.push_back(chunks[0]);
    kept.push_back(chunks.back());
    chunks.pop_back();
    give_back(shelf, chunks);
    dissolve_all(shelf, 0);
    // Of those that have room the last one changed serves; so use it up.
    for (std::size_t k = 0; k < chunks.size(); ++k)
      CHECK(lend_one(shelf, 0) == chunks[k]);
  }
  constexpr std::size_t order[] = {2, 0, 3, 1};
  for (const std::size_t i : order) {
    give_back(shelf, {granules[i]});
    dissolve_all(shelf, 0);
  }
  for (const std::size_t i : order) {
    CHECK(shelf.purge_one(0, 0) == chunk_size(0));
    CHECK(present(granules[i], chunk_size(0)) == 0);
  }
  CHECK(shelf.purge_one(0, 0) == 0);
  // And what was changed last serves first.
  for (std::size_t i = std::size(order); i-- > 0;)
    CHECK(lend_one(shelf, 0) == granules[order[i]]);
}
