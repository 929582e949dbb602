// What region.hpp promises of things that are made, adopted and cleaned up.
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

using tarn::KiB;
using tarn::MiB;
using tarn::Region;
using tarn::test::count_up;
using tarn::test::CountingUpstream;
using tarn::test::Witness;

namespace {

using Order = std::vector<int>;

struct Pair {
  int first;
  int second;
};

struct alignas(256) Wide {
  explicit Wide(int& deaths) : deaths_(deaths) {}
  ~Wide() { ++deaths_; }
  int& deaths_;
  char bytes[256] = {};
};

// Counts its lives; the constructor throws at the n-th.
struct Fragile {
  static inline int alive = 0;
  static inline int until_throw = -1;
  Fragile() {
    if (until_throw-- == 0)
      throw 1;
    ++alive;
  }
  ~Fragile() { --alive; }
};

struct Numbered {
  Numbered() : order(next), number(count++) {}
  ~Numbered() { order->push_back(number); }
  static inline Order* next = nullptr;
  static inline int count = 0;
  Order* order;
  int number;
};

// A cleanup that does more with its region when it runs.
struct Busy {
  Region* region;
  Order* order;
  int left;

  static void run(void* context) noexcept {
    auto* const busy = static_cast<Busy*>(context);
    busy->order->push_back(busy->left);
    if (--busy->left == 0)
      return;
    (void)busy->region->allocate(100);
    (void)busy->region->allocate(100 * KiB);
    (void)busy->region->make_child()->make<Witness>(*busy->order, 100);
    (void)busy->region->on_reset(run, busy);
  }
};

}  // namespace

TEST_CASE("a thing that is made dies at reset, newest first") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  for (int i = 0; i < 4; ++i)
    REQUIRE(region.make<Witness>(order, i) != nullptr);
  CHECK(order.empty());
  region.reset();
  CHECK(order == Order{3, 2, 1, 0});
  region.reset();
  CHECK(order.size() == 4);
}

TEST_CASE("the end of a region does what reset does") {
  CountingUpstream upstream;
  Order order;
  {
    Region region{upstream};
    REQUIRE(region.make<Witness>(order, 1) != nullptr);
    REQUIRE(region.make<Witness>(order, 2) != nullptr);
  }
  CHECK(order == Order{2, 1});
}

TEST_CASE("a destructor is registered only if it does something") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.make<Pair>(1, 2) != nullptr);
  REQUIRE(region.make<int>(7) != nullptr);
  REQUIRE(region.make_array<Pair>(10) != nullptr);
  CHECK(region.stats().cleanups == 0);
  REQUIRE(region.make<std::string>("text") != nullptr);
  CHECK(region.stats().cleanups == 1);
}

TEST_CASE("make gives its arguments on, to constructors and to aggregates") {
  CountingUpstream upstream;
  Region region{upstream};
  const Pair* const pair = region.make<Pair>(3, 4);
  CHECK(pair->first == 3);
  CHECK(pair->second == 4);
  auto owner = std::make_unique<int>(5);
  auto* const kept = region.make<std::unique_ptr<int>>(std::move(owner));
  CHECK(**kept == 5);
  CHECK(owner == nullptr);
  CHECK(*region.make<std::string>(3u, 'x') == "xxx");
  CHECK(*region.make<int>() == 0);
}

TEST_CASE("a thing that is made is aligned as its type asks") {
  CountingUpstream upstream;
  int deaths = 0;
  Region region{upstream};
  for (int i = 0; i < 3; ++i) {
    const Wide* const wide = region.make<Wide>(deaths);
    CHECK(reinterpret_cast<std::uintptr_t>(wide) % 256 == 0);
    CHECK(region.make<char>('x') != nullptr);
  }
  region.reset();
  CHECK(deaths == 3);
}

TEST_CASE("a large thing dies before its memory goes back") {
  struct Large {
    explicit Large(Order& order) : witness(order, 1) {}
    Witness witness;
    char bytes[100 * KiB];
  };
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  REQUIRE(region.make<Large>(order) != nullptr);
  CHECK(region.stats().large_blocks == 1);
  region.reset();
  CHECK(order == Order{1});
  CHECK(region.held() == 0);
}

TEST_CASE("when T's constructor throws, the region forgets the T") {
  CountingUpstream upstream;
  Region region{upstream};
  Fragile::until_throw = 1;
  REQUIRE(region.make<Fragile>() != nullptr);
  CHECK_THROWS_AS((void)region.make<Fragile>(), int);
  CHECK(region.stats().cleanups == 1);
  CHECK(region.check());
  region.reset();
  CHECK(Fragile::alive == 0);
}

TEST_CASE("an array is value-initialised, over memory used before too") {
  CountingUpstream upstream;
  Region region{upstream};
  for (int round = 0; round < 2; ++round) {
    int* const numbers = region.make_array<int>(50);
    for (int i = 0; i < 50; ++i) {
      CHECK(numbers[i] == 0);
      numbers[i] = -1;
    }
    region.reset();
  }
}

TEST_CASE("the destructors of an array run last to first") {
  Order order;
  Numbered::next = &order;
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.make_array<Numbered>(3) != nullptr);
  CHECK(region.stats().cleanups == 1);
  region.reset();
  CHECK(order == Order{2, 1, 0});
}

TEST_CASE("an array of wide things is aligned as its type asks") {
  struct alignas(128) Line {
    ~Line() { bytes[0] = 0; }
    char bytes[128] = {};
  };
  CountingUpstream upstream;
  Region region{upstream};
  CHECK(region.make<char>('x') != nullptr);
  const Line* const lines = region.make_array<Line>(3);
  CHECK(reinterpret_cast<std::uintptr_t>(lines) % 128 == 0);
  CHECK(region.owns(lines));
  CHECK(region.owns(reinterpret_cast<const char*>(lines + 3) - 1));
}

TEST_CASE("when a constructor of an array throws, those before it die") {
  CountingUpstream upstream;
  Region region{upstream};
  Fragile::until_throw = 3;
  CHECK_THROWS_AS((void)region.make_array<Fragile>(5), int);
  CHECK(Fragile::alive == 3);
  region.reset();
  CHECK(Fragile::alive == 0);
}

TEST_CASE("on_reset runs the cleanup once, with its context") {
  CountingUpstream upstream;
  int runs = 0;
  Region region{upstream};
  REQUIRE(region.on_reset(count_up, &runs));
  CHECK(runs == 0);
  region.reset();
  CHECK(runs == 1);
  region.reset();
  CHECK(runs == 1);
}

TEST_CASE("adopt takes over an owner and destroys it at reset") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  Witness witness{order, 1};
  REQUIRE(region.adopt(std::move(witness)));
  CHECK_FALSE(witness.is_owner());
  REQUIRE(region.adopt(std::make_unique<Witness>(order, 2)));
  CHECK(order.empty());
  region.reset();
  CHECK(order == Order{2, 1});
}

TEST_CASE("adopt that fails leaves ownership with the caller") {
  CountingUpstream upstream{0};
  Order order;
  Region region{upstream};
  auto owner = std::make_unique<Witness>(order, 1);
  CHECK_FALSE(region.adopt(std::move(owner)));
  CHECK(owner != nullptr);
  CHECK(region.ran_out());
  region.reset();
  CHECK(order.empty());
}

TEST_CASE("what make fails at, it fails before it changes anything") {
  CountingUpstream upstream{0};
  Order order;
  Region region{upstream};
  CHECK(region.make<Witness>(order, 1) == nullptr);
  CHECK(region.make_array<std::string>(3) == nullptr);
  CHECK(region.make_array<int>(3) == nullptr);
  CHECK_FALSE(region.on_reset(count_up, nullptr));
  CHECK(region.stats().cleanups == 0);
  CHECK(region.held() == 0);
  CHECK(order.empty());
  CHECK(region.check());
}

TEST_CASE("cleanups may allocate, register and make children meanwhile") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  Busy busy{&region, &order, 3};
  REQUIRE(region.on_reset(Busy::run, &busy));
  region.reset();
  CHECK(order.size() == 5);
  CHECK(region.stats().children == 0);
  CHECK(region.stats().cleanups == 0);
  CHECK(region.held() == upstream.bytes_out());
  CHECK(upstream.loans_out() == 1);
  busy.left = 2;
  order.clear();
  REQUIRE(region.on_reset(Busy::run, &busy));
  const tarn::Mark mark = region.mark();
  Busy later{&region, &order, 2};
  REQUIRE(region.on_reset(Busy::run, &later));
  region.rewind(mark);
  CHECK(order == Order{2, 1, 100});
  region.reset();
  CHECK(order == Order{2, 1, 100, 2, 1, 100});
}

TEST_CASE("the asks of cleanups are urgent, others are not") {
  struct Asking {
    static void run(void* region) noexcept {
      (void)static_cast<Region*>(region)->allocate(100 * KiB);
    }
  };
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.on_reset(Asking::run, &region));
  region.reset();
  REQUIRE(upstream.asks.size() == 2);
  CHECK_FALSE(upstream.asks[0].urgent);
  CHECK(upstream.asks[1].urgent);
  const tarn::Mark mark = region.mark();
  REQUIRE(region.on_reset(Asking::run, &region));
  region.rewind(mark);
  CHECK(upstream.asks.back().urgent);
  REQUIRE(region.allocate(MiB) != nullptr);
  CHECK_FALSE(upstream.asks.back().urgent);
}

TEST_CASE("a destructor may use other blocks of its region") {
  struct Reader {
    ~Reader() { *sum += *number; }
    int* number;
    int* sum;
  };
  CountingUpstream upstream;
  int sum = 0;
  Region region{upstream};
  auto* const large =
      static_cast<int*>(region.allocate(100 * KiB, alignof(int)));
  *large = 40;
  int* const small = region.make<int>(2);
  REQUIRE(region.make<Reader>(large, &sum) != nullptr);
  REQUIRE(region.make<Reader>(small, &sum) != nullptr);
  region.reset();
  CHECK(sum == 42);
}
