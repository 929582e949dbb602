// What cache.hpp promises of the caches of idle threads, by a clock that the
// test holds in its hand.
#include "tarn/system.hpp"

#include "port/world.hpp"
#include "span/cache.hpp"

#include <doctest/doctest.h>
#include <functional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace tarn;

constexpr std::uint32_t quiet = 500;

// On the slow lane, whose calls a look cannot tell by the ticks alone.
void lend_slowly() {
  for (int i = 0; i < 20; ++i)
    port::system_take_back(
        port::system_lend({8 * KiB, 8 * KiB, PoolKind::region}));
}

// A thread that does what it is told, and nothing in between.
class Worker {
 public:
  ~Worker() {
    tell(nullptr);
    thread_.join();
  }
  void tell(std::function<void()> task) {
    task_ = std::move(task);
    has_task_.release();
    is_done_.acquire();
  }

 private:
  void run() {
    for (bool is_told = true; is_told; is_done_.release()) {
      has_task_.acquire();
      is_told = task_ != nullptr;
      if (is_told)
        task_();
    }
  }

  std::function<void()> task_;
  std::binary_semaphore has_task_{0};
  std::binary_semaphore is_done_{0};
  std::thread thread_{[this] { run(); }};
};

// A worker whose bins have exactly so many chunks of each step, and nothing
// behind them.
class Idler : public Worker {
 public:
  Idler() { tell(lend_slowly); }
  ~Idler() {
    tell([this] { give_back(lent_); });
  }

  // Where a round of the cache ends meanwhile, chunks go elsewhere; so it may
  // take more than one try.
  void keep(const std::vector<std::uint32_t>& counts) {
    const auto count_of = [&counts](unsigned step) {
      return step < counts.size() ? counts[step] : 0;
    };
    bool is_kept = false;
    for (int tries = 0; tries < 100 && !is_kept; ++tries)
      tell([&] {
        for (unsigned step = 0; step < span::steps; ++step)
          keep_of(step, count_of(step));
        is_kept = true;
        for (unsigned step = 0; step < span::steps; ++step)
          is_kept &= has(step, count_of(step));
      });
    REQUIRE(is_kept);
  }
  std::size_t kept() {
    std::size_t bytes = 0;
    tell([&bytes] {
      for (unsigned step = 0; step < span::steps; ++step)
        bytes +=
            span::own_lane->own->bin(step).count() * span::chunk_size(step);
    });
    return bytes;
  }

 private:
  static bool has(unsigned step, std::uint32_t count) TARN_UNCHECKED_LOCKS {
    span::ChunkCache& cache = *span::own_lane->own;
    return cache.bin(step).count() == count && cache.reserves[step].count == 0;
  }
  void keep_of(unsigned step, std::uint32_t count) {
    const std::size_t size = span::chunk_size(step);
    std::vector<Loan> kept;
    while (kept.size() < count || !has(step, 0))
      kept.push_back(port::system_lend_chunk(size));
    while (kept.size() > count) {
      lent_.push_back(kept.back());
      kept.pop_back();
    }
    give_back(kept);
  }
  static void give_back(const std::vector<Loan>& loans) {
    for (const Loan& loan : loans)
      port::system_take_back(loan);
  }

  std::vector<Loan> lent_;
};

// The first look learns what there is, a later one whether it is as it was.
void look(std::uint32_t now) {
  CHECK_FALSE(span::empty_idle_caches(now, quiet));
}

}  // namespace

TEST_CASE("a thread that idles keeps 64 KiB of its smallest chunks") {
  Idler idler;
  idler.keep({16, 1});
  look(1000);
  look(1000 + quiet - 1);
  CHECK(idler.kept() == 72 * KiB);
  CHECK(span::empty_idle_caches(1000 + quiet, quiet));
  CHECK(idler.kept() == 64 * KiB);
}

TEST_CASE("what is at hand counts among the 64 KiB") {
  Idler idler;
  Loan loan{};
  idler.tell([&loan] { loan = port::system_lend_chunk(32 * KiB); });
  idler.keep({16, 1});
  idler.tell([&loan] {
    ::new (loan.memory) port::LentChunk{nullptr, loan.size};
    port::system_take_back_list(loan.memory);
  });
  look(1000);
  CHECK(span::empty_idle_caches(1000 + quiet, quiet));
  // 64 KiB in the bin of the smallest no longer fit.
  CHECK(idler.kept() == 8 * KiB);
}

TEST_CASE("what does not fit into 64 KiB leaves with its bin") {
  Idler idler;
  idler.keep({17, 0, 4});
  look(1000);
  CHECK(span::empty_idle_caches(1000 + quiet, quiet));
  CHECK(idler.kept() == 64 * KiB);
  idler.keep({8, 0, 2, 0, 1});
  look(3000);
  CHECK(span::empty_idle_caches(3000 + quiet, quiet));
  CHECK(idler.kept() == 64 * KiB);
}

TEST_CASE("a thread that idles is emptied once") {
  Idler idler;
  idler.keep({0, 20});
  look(1000);
  CHECK(span::empty_idle_caches(1000 + quiet, quiet));
  look(1000 + 2 * quiet);
  look(1000 + 9 * quiet);
  idler.keep({0, 20});
  look(1000 + 10 * quiet);
  CHECK(span::empty_idle_caches(1000 + 11 * quiet, quiet));
}

TEST_CASE("whatever a thread borrowed meanwhile, it is not idle") {
  const auto lend_fast = [] {
    port::system_take_back(port::system_lend_chunk(8 * KiB));
  };
  for (const auto& work :
       {std::function<void()>{lend_fast}, std::function<void()>{lend_slowly}}) {
    Idler idler;
    idler.keep({0, 20});
    idler.tell(lend_slowly);
    look(1000);
    for (std::uint32_t now = 2000; now < 5000; now += 1000) {
      idler.tell(work);
      look(now);
      look(now + quiet - 1);
    }
    CHECK(span::empty_idle_caches(4000 + quiet, quiet));
  }
}

TEST_CASE("a thread that gives back more than its cache holds is not idle") {
  Idler idler;
  std::vector<Loan> loans;
  idler.tell([&loans] {
    for (int i = 0; i < 2000; ++i)
      loans.push_back(port::system_lend_chunk(8 * KiB));
    lend_slowly();
  });
  look(1000);
  for (std::uint32_t now = 2000; now < 5000; now += 1000) {
    idler.tell([&loans] {
      for (int i = 0; i < 600; ++i) {
        port::system_take_back(loans.back());
        loans.pop_back();
      }
    });
    look(now);
  }
  idler.tell([&loans] {
    for (const Loan& loan : loans)
      port::system_take_back(loan);
  });
}

TEST_CASE("nobody waits for a cache whose thread is in it") {
  Idler idler;
  idler.keep({0, 20});
  look(1000);
  idler.tell([]() TARN_UNCHECKED_LOCKS { span::own_lane->own->lock.lock(); });
  look(1000 + quiet);
  idler.tell([]() TARN_UNCHECKED_LOCKS { span::own_lane->own->lock.unlock(); });
  CHECK(span::empty_idle_caches(1000 + quiet, quiet));
}

TEST_CASE("nobody empties a cache that its thread uses, or one without one") {
  { Idler ended; }
  Loan mine = port::system_lend_chunk(8 * KiB);
  port::system_take_back(mine);
  const auto count_mine = [] { return span::own_lane->own->bin(1).count(); };
  const std::uint32_t before = count_mine();
  look(1000);
  look(1000 + 9 * quiet);
  CHECK(count_mine() == before);
}

TEST_CASE("a thread is idle wherever its last call was") {
  using Call = std::function<void(std::vector<Loan>&)>;
  const Call lend_fast = [](std::vector<Loan>& loans) {
    loans.push_back(port::system_lend_chunk(8 * KiB));
  };
  const Call lend_slow = [](std::vector<Loan>& loans) {
    loans.push_back(port::system_lend({8 * KiB, 8 * KiB, PoolKind::region}));
  };
  const Call lend_large = [](std::vector<Loan>& loans) {
    loans.push_back(port::system_lend_chunk(1 * MiB));
  };
  const Call give_back_large = [&](std::vector<Loan>& loans) {
    lend_large(loans);
    port::system_take_back(loans.back());
    loans.pop_back();
  };
  for (const Call& last : {lend_fast, lend_slow, lend_large, give_back_large}) {
    Idler idler;
    std::vector<Loan> loans;
    idler.keep({0, 20});
    idler.tell([&] { last(loans); });
    look(1000);
    CHECK(span::empty_idle_caches(1000 + quiet, quiet));
    CHECK(idler.kept() <= 64 * KiB);
    idler.tell([&] {
      for (const Loan& loan : loans)
        port::system_take_back(loan);
    });
  }
}
