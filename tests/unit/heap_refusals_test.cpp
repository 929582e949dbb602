// The heap where it is refused memory, by the system or by what is above its
// budget: the n-th time, for every n.
// ONLY linux
// OPTIMISED
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <vector>

namespace {

using namespace tarn;

struct Block {
  unsigned char* bytes;
  std::size_t size;
  unsigned char mark;

  [[nodiscard]] bool has_kept(std::size_t count) const {
    return std::all_of(bytes, bytes + count,
                       [this](unsigned char byte) { return byte == mark; });
  }
};

// Blocks that keep their bytes, whatever is refused meanwhile.
class Keeper {
 public:
  explicit Keeper(Heap& heap) : heap_(heap) {}
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper() {
    for (const Block& block : blocks_)
      heap_.deallocate(block.bytes);
  }

  void step(std::mt19937& random) {
    const auto kind = random() % 12;
    const std::size_t size = size_of(random);
    if (kind < 6 || blocks_.empty())
      add(heap_.allocate(size), size);
    else if (kind == 6)
      add(heap_.allocate(size, 4096), size);
    else if (kind == 7)
      add(heap_.allocate_zeroed(size), size);
    else if (kind == 8)
      add_many(random);
    else if (kind == 9)
      reallocate(random);
    else if (kind == 10)
      expand(random);
    else
      give_back(random);
  }

  void check() const {
    for (const Block& block : blocks_) {
      REQUIRE(heap_.usable_size(block.bytes) >= block.size);
      REQUIRE(block.has_kept(block.size));
    }
  }

  unsigned refused = 0;

 private:
  static std::size_t size_of(std::mt19937& random) {
    constexpr std::size_t most[] = {300, 300, 3000, 30'000, 300'000};
    const std::size_t limit = most[random() % 5];
    return 1 + random() % limit;
  }

  void add(void* p, std::size_t size) {
    if (p == nullptr) {
      ++refused;
      return;
    }
    const Block block{static_cast<unsigned char*>(p), size, ++mark_};
    std::memset(block.bytes, block.mark, size);
    blocks_.push_back(block);
  }

  void add_many(std::mt19937& random) {
    void* came[20];
    const std::size_t size = 1 + random() % 3000;
    const std::size_t count = heap_.allocate_many(size, 20, came);
    for (std::size_t i = 0; i < count; ++i)
      add(came[i], size);
    refused += count < 20 ? 1 : 0;
  }

  Block& some(std::mt19937& random) {
    return blocks_[random() % blocks_.size()];
  }

  void reallocate(std::mt19937& random) {
    Block& block = some(random);
    const std::size_t size = size_of(random);
    void* const moved = heap_.reallocate(block.bytes, size);
    if (moved == nullptr) {
      ++refused;
      return;
    }
    block.bytes = static_cast<unsigned char*>(moved);
    REQUIRE(block.has_kept(size < block.size ? size : block.size));
    block.size = size;
    std::memset(block.bytes, block.mark, size);
  }

  void expand(std::mt19937& random) {
    Block& block = some(random);
    const std::size_t size = size_of(random);
    if (!heap_.try_expand(block.bytes, size)) {
      ++refused;
      return;
    }
    if (size < block.size)
      return;
    block.size = size;
    std::memset(block.bytes, block.mark, size);
  }

  void give_back(std::mt19937& random) {
    Block& block = some(random);
    heap_.deallocate(block.bytes);
    block = blocks_.back();
    blocks_.pop_back();
  }

  Heap& heap_;
  std::vector<Block> blocks_;
  unsigned char mark_ = 0;
};

// Refuses from the n-th ask on, as many as it is told.
class Refusing final : public Upstream {
 public:
  Loan lend(const Ask& ask) noexcept override {
    ++asked;
    return asked > after && asked <= after + times
               ? Loan{}
               : system_upstream().lend(ask);
  }
  void take_back(Loan loan) noexcept override {
    system_upstream().take_back(loan);
  }

  unsigned asked = 0;
  unsigned after = ~0u;
  unsigned times = 0;
};

void play(Heap& heap, unsigned seed, int steps, unsigned* refused) {
  std::mt19937 random{seed};
  Keeper keeper{heap};
  for (int i = 0; i < steps; ++i)
    keeper.step(random);
  keeper.check();
  *refused += keeper.refused;
}

}  // namespace

TEST_CASE("at each refusal by what a budget borrows from: nullptr, unchanged") {
  for (const bool is_compact : {false, true}) {
    unsigned refused = 0;
    for (unsigned after = 0; after < 60; ++after)
      for (const unsigned times : {1u, 100'000u}) {
        Refusing upstream;
        upstream.after = after;
        upstream.times = times;
        Budget budget{"refused", 1 * GiB, upstream};
        {
          Heap heap{budget, {.compact = is_compact}};
          play(heap, after, 400, &refused);
          upstream.times = 0;
          void* const block = heap.allocate(100);
          CHECK(block != nullptr);
          heap.deallocate(block);
        }
        CHECK(budget.held() == 0);
      }
    CHECK(refused > 1000);
  }
}

TEST_CASE("at each refusal by a budget that is full: nullptr, unchanged") {
  for (std::size_t limit = 0; limit < 3 * MiB; limit += 64 * KiB) {
    Budget budget{"full", limit};
    {
      Heap heap{budget, {.compact = limit % (128 * KiB) == 0}};
      unsigned refused = 0;
      play(heap, static_cast<unsigned>(limit), 1500, &refused);
      CHECK(refused != 0);
    }
    CHECK(budget.held() == 0);
    CHECK(budget.check());
  }
}

TEST_CASE("at each refusal by the system: nullptr, unchanged") {
  // So much that each step needs stretches that nobody opened before.
  std::vector<void*> kept;
  for (long allowed = 0; allowed < 6; ++allowed) {
    Heap heap;
    unsigned refused = 0;
    std::mt19937 random{static_cast<unsigned>(allowed)};
    Keeper keeper{heap};
    os::refuse_requests_after(allowed);
    while (keeper.refused < 20) {
      keeper.step(random);
      // Until nothing is left, other pools take the large pieces.
      if (void* const large = default_heap().allocate(2 * MiB))
        kept.push_back(large);
    }
    keeper.check();
    os::refuse_requests_after(-1);
    play(heap, 1, 1000, &refused);
    keeper.check();
    CHECK(refused < 1000);
  }
  for (void* const block : kept)
    default_heap().deallocate(block);
}
