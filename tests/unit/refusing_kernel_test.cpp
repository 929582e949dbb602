// The address space and the caches over a kernel that grants only so much, or
// only so long: each request is met on its way.
// ONLY linux
#include "os/memory.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"
#include "span/reservation.hpp"
#include "support/kernel.hpp"

#include <algorithm>
#include <barrier>
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

std::size_t most_granted = no_limit;

struct Mapping {
  const std::byte* memory;
  std::size_t size;
};
std::mutex lock;
std::vector<Mapping> mappings;

std::optional<long> grant(const SystemCall& call) {
  if (call.number != SYS_mmap)
    return std::nullopt;
  const auto size = static_cast<std::size_t>(call.words[1]);
  if (size > most_granted)
    return test::refusal(ENOMEM);
  void* const memory =
      mmap(nullptr, size, static_cast<int>(call.words[2]),
           static_cast<int>(call.words[3]), static_cast<int>(call.words[4]), 0);
  if (memory == MAP_FAILED)
    return -1;
  const std::lock_guard hold{lock};
  mappings.push_back({static_cast<std::byte*>(memory), size});
  return reinterpret_cast<long>(memory);
}

class Granting {
 public:
  explicit Granting(std::size_t most) {
    most_granted = most;
    test::on_system_call = grant;
  }
  ~Granting() { test::on_system_call = nullptr; }
  Granting(const Granting&) = delete;
  Granting& operator=(const Granting&) = delete;
};

// Never given back, as the real one.
Reservation& new_reservation() {
  static std::deque<Reservation> all;
  return all.emplace_back();
}

bool is_mapped(const void* p, std::size_t size) {
  const std::lock_guard hold{lock};
  return std::any_of(mappings.begin(), mappings.end(), [&](const Mapping& one) {
    return detail::is_between(one.memory, p, one.memory + one.size) &&
           size <= detail::bytes_between(p, one.memory + one.size);
  });
}

}  // namespace

TEST_CASE("a reservation is the largest that the kernel grants") {
  const std::size_t ladder[] = {256 * GiB, 64 * GiB, 8 * GiB, 1 * GiB,
                                512 * MiB, 64 * MiB, 4 * MiB};
  for (const std::size_t size : ladder) {
    // A sanitizer's map of addresses has no place for more.
    if (size > 8 * GiB && os::is_shadowed())
      continue;
    const Granting granting{size + stretch_size};
    Reservation& part = new_reservation();
    REQUIRE(part.start(1, no_limit));
    CHECK(part.size() == size);
    std::byte* const memory = part.claim(1);
    REQUIRE(memory != nullptr);
    memory[0] = std::byte{1};
  }
}

TEST_CASE("a reservation that is too small for its ask is none") {
  for (const std::size_t least : {8 * MiB, 128 * MiB, 16 * GiB}) {
    const Granting granting{least - 1};
    Reservation& part = new_reservation();
    CHECK_FALSE(part.start(least, no_limit));
    CHECK(part.size() == 0);
  }
}

TEST_CASE("each of a hundred threads has a cache in memory of its own") {
  constexpr std::ptrdiff_t count = 100;
  const Granting granting{no_limit};
  std::vector<const ChunkCache*> caches(count);
  std::barrier all_are_there{count};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([&caches, &all_are_there, i] {
      port::system_take_back(port::system_lend_chunk(4 * KiB));
      caches[i] = own_lane->own;
      all_are_there.arrive_and_wait();
    });
  for (std::thread& thread : threads)
    thread.join();
  std::sort(caches.begin(), caches.end());
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(caches[i] != nullptr);
    CHECK(is_mapped(caches[i], sizeof(ChunkCache)));
    if (i != 0)
      CHECK(caches[i - 1] + 1 <= caches[i]);
  }
}
