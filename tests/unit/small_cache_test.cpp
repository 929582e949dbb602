// The caches of a kernel without membarrier, which nobody can empty but their
// threads: this program answers the call in the kernel's place.
// ONLY linux
#include "tarn/system.hpp"

#include "os/process.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"
#include "support/kernel.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

constexpr std::size_t most_kept = 40 * KiB;

// From before the first chunk, when the library asks for it once.
const bool is_refused = [] {
  test::on_system_call = [](const test::SystemCall& call) {
    return call.number == SYS_membarrier
               ? std::optional<long>{test::refusal(ENOSYS)}
               : std::nullopt;
  };
  return true;
}();

Loan lend(std::size_t size) {
  return port::system_lend_chunk(size);
}

// Bytes in this thread's bins, and those that it has in reserve.
std::size_t kept_here() TARN_UNCHECKED_LOCKS {
  span::ChunkCache* const cache = span::own_lane->own;
  REQUIRE(cache != nullptr);
  std::size_t bytes = 0;
  for (unsigned step = 0; step < span::steps; ++step) {
    CHECK(cache->reserves[step].count == 0);
    bytes += cache->bin(step).count() * span::chunk_size(step);
  }
  return bytes;
}

// Has many chunks of every size, each with its own bytes, and gives them back.
void use_many() {
  std::vector<Loan> loans;
  for (unsigned i = 0; i < 30 * span::steps; ++i) {
    loans.push_back(lend(span::chunk_size(i % span::steps)));
    REQUIRE(loans.back());
    std::memset(loans.back().memory, static_cast<int>(i), loans.back().size);
  }
  for (unsigned i = 0; i < loans.size(); ++i) {
    const std::byte mark{static_cast<unsigned char>(i)};
    REQUIRE(loans[i].memory[0] == mark);
    REQUIRE(loans[i].memory[loans[i].size - 1] == mark);
    port::system_take_back(loans[i]);
  }
}

}  // namespace

TEST_CASE("without membarrier a thread keeps at most 40 KiB") {
  REQUIRE(is_refused);
  CHECK_FALSE(os::prepare_barrier());
  for (int round = 0; round < 3; ++round) {
    use_many();
    CHECK(kept_here() <= most_kept);
    CHECK(kept_here() > 0);
  }
}

TEST_CASE("without membarrier what came back last is lent first") {
  const Loan a = lend(8 * KiB);
  const Loan b = lend(8 * KiB);
  port::system_take_back(a);
  port::system_take_back(b);
  const Loan first = lend(8 * KiB);
  const Loan second = lend(8 * KiB);
  CHECK(first.memory == b.memory);
  CHECK(second.memory == a.memory);
  port::system_take_back(first);
  port::system_take_back(second);
}

TEST_CASE("without membarrier what a thread does not keep serves others") {
  use_many();
  const std::size_t before = space_stats().held;
  std::thread(use_many).join();
  // Each thread cuts from a granule of its own.
  CHECK(space_stats().held <= before + 192 * KiB);
}

TEST_CASE("without membarrier nobody empties an idle thread's cache") {
  std::binary_semaphore is_idle{0};
  std::binary_semaphore may_end{0};
  std::thread idler([&] {
    use_many();
    const std::size_t kept = kept_here();
    is_idle.release();
    may_end.acquire();
    CHECK(kept_here() == kept);
    use_many();
  });
  is_idle.acquire();
  for (std::uint32_t now = 0; now < 100; now += 10)
    CHECK_FALSE(span::empty_idle_caches(now, 1));
  may_end.release();
  idler.join();
}
