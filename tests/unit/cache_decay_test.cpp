// What a thread's cache keeps follows what the thread needed lately.
#include "tarn/system.hpp"

#include "port/world.hpp"
#include "span/cache.hpp"

#include <chrono>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr unsigned step = 1;
constexpr std::size_t size = span::chunk_size(step);

// A request that has `chunks` of them at once.
void serve(std::size_t chunks) {
  std::vector<Loan> loans;
  for (std::size_t i = 0; i < chunks; ++i) {
    loans.push_back(port::system_lend_chunk(size));
    REQUIRE(loans.back());
  }
  for (const Loan& loan : loans)
    port::system_take_back(loan);
}

// Chunks in this thread's cache.
std::size_t kept() {
  span::ChunkCache& cache = *span::own_lane->own;
  const base::Locked locked{cache.lock};
  std::size_t chunks = cache.bin(step).count();
  for (const span::FreeChunk* batch = cache.reserves[step].batches;
       batch != nullptr; batch = batch->next_batch)
    chunks += batch->count;
  return chunks;
}

void wait(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

// Requests until the cache keeps `most`, as long as that takes.
bool falls_to(std::size_t most, std::size_t chunks) {
  for (int i = 0; i < 4000; ++i) {
    serve(chunks);
    if (kept() <= most)
      return true;
    wait(5);
  }
  return false;
}

}  // namespace

TEST_CASE("a cache gives up what its thread's requests no longer need") {
  serve(200);
  REQUIRE(kept() > 64);
  CHECK(falls_to(1, 1));
  CHECK(kept() == 1);
}

TEST_CASE("a cache keeps no more than twice what a request needs") {
  constexpr std::size_t needed = 10;
  serve(200);
  REQUIRE(kept() > 2 * needed);
  CHECK(falls_to(2 * needed, needed));
}

TEST_CASE("a cache keeps what each request needs") {
  constexpr std::size_t needed = 30;
  // A machine that stops this thread for whole rounds within a request, twice
  // in a row, leaves a round that needed less; it will not do so every time.
  bool has_kept = false;
  for (int attempt = 0; attempt < 10 && !has_kept; ++attempt) {
    serve(needed);
    has_kept = true;
    for (int i = 0; i < 300 && has_kept; ++i) {
      serve(needed);
      has_kept = kept() >= needed;
      wait(2);
    }
  }
  CHECK(has_kept);
}
