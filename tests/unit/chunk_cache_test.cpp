#include "tarn/system.hpp"

#include "base/build.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"

#include <atomic>
#include <chrono>
#include <cstring>
#include <doctest/doctest.h>
#include <pthread.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

Loan lend(std::size_t size, std::size_t align = max_align,
          std::uint32_t owner = 0) {
  return port::system_lend({size, align, PoolKind::region, false, owner});
}

// Long enough for a round of whatever is decided by time.
void wait_a_round() {
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
}

}  // namespace

TEST_CASE("a chunk up to 256 KiB is a power of two, aligned to 64 KiB or it") {
  std::vector<Loan> loans;
  for (std::size_t size = 1; size <= 256 * KiB; size = size * 3 / 2 + 1) {
    const Loan loan = lend(size);
    REQUIRE(loan);
    CHECK(is_pow2(loan.size));
    CHECK(loan.size >= size);
    CHECK((loan.size == 4 * KiB || loan.size / 2 < size));
    const std::size_t align = loan.size < 64 * KiB ? loan.size : 64 * KiB;
    CHECK(detail::address_of(loan.memory) % align == 0);
    std::memset(loan.memory, 0x11, loan.size);
    loans.push_back(loan);
  }
  for (const Loan& loan : loans)
    port::system_take_back(loan);
}

TEST_CASE("a larger ask gets whole granules, at any alignment") {
  for (std::size_t align = 16; align <= 16 * MiB; align *= 4) {
    const Loan loan = lend(300'000, align);
    REQUIRE(loan);
    CHECK(loan.size >= 300'000);
    CHECK(loan.size % (64 * KiB) == 0);
    CHECK(detail::address_of(loan.memory) % align == 0);
    std::memset(loan.memory, 0x22, loan.size);
    port::system_take_back(loan);
  }
}

TEST_CASE("a larger ask gets no granule more than it needs") {
  constexpr std::size_t granule = 64 * KiB;
  for (std::size_t count = 5; count < 200; count += 13)
    for (const std::size_t less : {std::size_t{0}, std::size_t{1}, granule - 1})
      for (const std::size_t align : {max_align, granule, 4 * granule}) {
        const Loan loan = lend(count * granule - less, align);
        REQUIRE(loan);
        CHECK(loan.size == count * granule);
        CHECK(span::the_space.id_at(loan.memory + 4 * KiB) == count);
        port::system_take_back(loan);
      }
}

TEST_CASE("an ask that no address space holds gets nothing") {
  CHECK_FALSE(lend(no_limit));
  CHECK_FALSE(lend(no_limit - 70'000));
  CHECK_FALSE(lend(no_limit / 2));
  CHECK_FALSE(lend(4096, no_limit / 2 + 1));
}

TEST_CASE("what came back last is lent first, and touches no memory anew") {
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

TEST_CASE("no two pools have one chunk, of any size") {
  std::vector<Loan> loans;
  for (unsigned i = 0; i < 2000; ++i) {
    const Loan loan = lend(span::chunk_size(i % span::steps));
    REQUIRE(loan);
    std::memset(loan.memory, static_cast<int>(i % 251), loan.size);
    loans.push_back(loan);
  }
  for (unsigned i = 0; i < loans.size(); ++i) {
    const std::byte mark{static_cast<unsigned char>(i % 251)};
    CHECK(loans[i].memory[16] == mark);
    CHECK(loans[i].memory[loans[i].size - 1] == mark);
    port::system_take_back(loans[i]);
  }
}

TEST_CASE("a thread that only lends and one that only takes back do not grow") {
  constexpr unsigned rounds = 200'000;
  constexpr unsigned in_flight = 64;
  std::atomic<std::byte*> slots[in_flight] = {};
  std::thread taker([&] {
    for (unsigned i = 0; i < rounds; ++i) {
      std::atomic<std::byte*>& slot = slots[i % in_flight];
      std::byte* memory = nullptr;
      while ((memory = slot.exchange(nullptr)) == nullptr)
        std::this_thread::yield();
      port::system_take_back({memory, 8 * KiB});
    }
  });
  const std::size_t before = space_stats().held;
  std::size_t most = 0;
  for (unsigned i = 0; i < rounds; ++i) {
    std::atomic<std::byte*>& slot = slots[i % in_flight];
    while (slot.load() != nullptr)
      std::this_thread::yield();
    slot = lend(8 * KiB).memory;
    if (i % 1000 == 0)
      most = std::max(most, space_stats().held);
  }
  taker.join();
  // Each of two caches may hold 1 MiB, the store a batch for each, and what
  // other sizes have stays as it is.
  CHECK(most <= before + 3 * MiB);
}

TEST_CASE("the cache of a thread that ends serves others") {
  const std::size_t before = space_stats().held;
  for (int i = 0; i < 50; ++i)
    std::thread([] {
      std::vector<Loan> loans;
      for (int k = 0; k < 64; ++k)
        loans.push_back(lend(16 * KiB));
      for (const Loan& loan : loans)
        port::system_take_back(loan);
    }).join();
  CHECK(space_stats().held <= before + 2 * MiB);
}

TEST_CASE("a thread may lend and give back after its exit hook has run") {
  // Rounds of destructors: the exit hook is in the first or second of them, and
  // the end of what ThreadSanitizer knows of a thread in the last.
  constexpr int all = base::is_instrumented ? 3 : 4;
  static pthread_key_t key;
  static std::atomic<int> rounds{0};
  REQUIRE(pthread_key_create(&key, [](void* p) {
            Loan loans[100];
            for (Loan& loan : loans)
              if (!(loan = lend(8 * KiB)))
                return;
            for (const Loan& loan : loans)
              port::system_take_back(loan);
            if (++rounds % all != 0)
              pthread_setspecific(key, p);
          }) == 0);
  const std::size_t before = space_stats().held;
  const unsigned living = space_stats().threads;
  for (int i = 0; i < 40; ++i)
    std::thread([] {
      port::system_take_back(lend(8 * KiB));
      pthread_setspecific(key, &key);
    }).join();
  pthread_key_delete(key);
  CHECK(rounds == 40 * all);
  CHECK(space_stats().held <= before + 1 * MiB);
  CHECK(space_stats().threads == living);
}

TEST_CASE("an idle thread keeps at most 64 KiB once somebody maintains") {
  std::atomic<int> stage{0};
  std::thread idler([&] {
    std::vector<Loan> loans;
    for (int k = 0; k < 100; ++k)
      loans.push_back(lend(8 * KiB));
    for (const Loan& loan : loans)
      port::system_take_back(loan);
    stage = 1;
    while (stage == 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    // Its cache is whole for it.
    const Loan loan = lend(8 * KiB);
    CHECK(loan);
    port::system_take_back(loan);
  });
  while (stage == 0)
    std::this_thread::yield();
  // 800 KiB of 8 KiB chunks lie there; the bins of this thread stay.
  const std::size_t with_idler = span::cached_bytes();
  std::size_t left = with_idler;
  for (int i = 0; i < 100 && left + 512 * KiB > with_idler; ++i) {
    wait_a_round();
    maintain(1'000'000'000);
    left = span::cached_bytes();
  }
  CHECK(left + 512 * KiB <= with_idler);
  stage = 2;
  idler.join();
}

TEST_CASE("who maintains gives up the chunks that it lends no more") {
  std::vector<Loan> loans;
  for (int k = 0; k < 400; ++k)
    loans.push_back(lend(8 * KiB));
  for (const Loan& loan : loans)
    port::system_take_back(loan);
  // One of each size up to 64 KiB may stay.
  for (int i = 0; i < 100 && span::cached_bytes() > 128 * KiB; ++i) {
    wait_a_round();
    maintain(1'000'000'000);
  }
  CHECK(span::cached_bytes() <= 128 * KiB);
}

TEST_CASE("what a pool with a name borrowed bears its id until it goes back") {
  const std::uint32_t id = port::register_pool(PoolKind::region, "borrower");
  REQUIRE(id != 0);
  const Loan loan = lend(8 * KiB, max_align, id);
  CHECK(span::the_space.id_at(loan.memory) == id);
  port::system_retag(loan, 0);
  port::system_take_back(loan);
  const Loan again = lend(8 * KiB);
  CHECK(again.memory == loan.memory);
  CHECK(span::the_space.id_at(again.memory) == 0);
  port::system_take_back(again);
  port::unregister_pool(id);
}

TEST_CASE("a hundred thousand pools have names, and an id never means two") {
  constexpr std::uint32_t count = 100'000;
  std::vector<std::uint32_t> ids;
  char name[16];
  for (std::uint32_t i = 0; i < count; ++i) {
    std::snprintf(name, sizeof name, "pool %u", i);
    ids.push_back(port::register_pool(PoolKind::region, name));
    REQUIRE(ids.back() != 0);
  }
  for (std::uint32_t i = 0; i < count; i += 997) {
    std::snprintf(name, sizeof name, "pool %u", i);
    CHECK(std::strcmp(port::pool_name(ids[i]), name) == 0);
  }
  for (const std::uint32_t id : ids)
    port::unregister_pool(id);
  CHECK(std::strcmp(port::pool_name(ids[0]), "pool 0") == 0);
  bool is_new = true;
  for (std::uint32_t i = 0; i < 2 * count; ++i) {
    const std::uint32_t id = port::register_pool(PoolKind::region, "later");
    is_new = is_new && id != ids[0];
    port::unregister_pool(id);
  }
  CHECK(is_new);
  CHECK(std::strcmp(port::pool_name(ids[0]), "") == 0);
  CHECK(std::strcmp(port::pool_name(0), "") == 0);
  CHECK(std::strcmp(port::pool_name(~0u), "") == 0);
}
