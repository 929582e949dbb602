// What object_pool.hpp promises, over an upstream that counts.
// BOARD
#include "tarn/object_pool.hpp"

#include "support/counting_upstream.hpp"
#include "support/has_system.hpp"

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

using namespace tarn;
using test::CountingUpstream;

namespace {

// Counts what happens to its kind.
struct Counted {
  Counted() { ++constructed; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { ++destroyed; }
  void renew() { ++renewed; }

  static inline int constructed = 0;
  static inline int destroyed = 0;
  static inline int renewed = 0;
  static void forget() { constructed = destroyed = renewed = 0; }

  std::string state;
};

struct Message {
  int number;
  std::byte text[60];
};

struct InSmallSlabs : KeepConstructed<Message> {
  static constexpr std::size_t slab_size = 1 * KiB;
};

// So that what is released goes to its slab at once.
constexpr ObjectPoolOptions alone{.magazines = false};

bool is_aligned(const void* p, std::size_t align) {
  return reinterpret_cast<std::uintptr_t>(p) % align == 0;
}

template <class Pool>
void check_all_slots(std::size_t align) {
  CountingUpstream upstream;
  Pool pool{upstream, alone};
  std::vector<typename Pool::Handle> all;
  std::set<const void*> places;
  const std::size_t count = 3 * Pool::slab_size / sizeof(*all[0]) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(pool.acquire());
    REQUIRE(all.back());
    CHECK(is_aligned(all.back().get(), align));
    places.insert(all.back().get());
  }
  CHECK(places.size() == count);
  CHECK(pool.check());
  const std::byte* last = nullptr;
  for (const void* const place : places) {
    const auto* const begin = static_cast<const std::byte*>(place);
    CHECK((last == nullptr || begin >= last + sizeof(*all[0])));
    last = begin;
  }
}

}  // namespace

TEST_CASE("a pool borrows nothing before its first object") {
  CountingUpstream upstream;
  ObjectPool<Message> pool{upstream, {.name = "message"}};
  CHECK(upstream.asks.empty());
  CHECK((!test::has_system || std::string{pool.name()} == "message"));
  CHECK(pool.stats().held == 0);
}

TEST_CASE("an object is constructed once and keeps what it has") {
  Counted::forget();
  CountingUpstream upstream;
  {
    ObjectPool<Counted> pool{upstream, alone};
    auto first = pool.acquire();
    REQUIRE(first);
    first->state = "a text that is long enough for the heap";
    Counted* const place = first.get();
    first.reset();
    for (int i = 0; i < 10; ++i) {
      const auto again = pool.acquire();
      CHECK(again.get() == place);
      CHECK(again->state == "a text that is long enough for the heap");
    }
    CHECK(Counted::constructed == 1);
    CHECK(Counted::renewed == 11);
    CHECK(Counted::destroyed == 0);
  }
  CHECK(Counted::destroyed == 1);
}

TEST_CASE("nothing is written into an object that waits") {
  CountingUpstream upstream;
  ObjectPool<Message> pool{upstream};
  Message* const message = pool.acquire_raw();
  REQUIRE(message != nullptr);
  std::fill(std::begin(message->text), std::end(message->text), std::byte{7});
  pool.release(message);
  for (const std::byte byte : message->text)
    CHECK(byte == std::byte{7});
  Message* const again = pool.acquire_raw();
  CHECK(again == message);
  pool.release(again);
}

TEST_CASE("MakeAnew constructs from the arguments and destroys at release") {
  using Text = std::string;
  CountingUpstream upstream;
  ObjectPool<Text, MakeAnew<Text>> pool{upstream};
  auto text = pool.acquire(100u, 'x');
  REQUIRE(text);
  CHECK(text->size() == 100);
  text = pool.acquire("abc");
  CHECK(*text == "abc");
  text.reset();
  text = pool.acquire();
  CHECK(text->empty());
  Counted::forget();
  ObjectPool<Counted, MakeAnew<Counted>> counted{upstream};
  counted.acquire().reset();
  counted.acquire().reset();
  CHECK(Counted::constructed == 2);
  CHECK(Counted::destroyed == 2);
}

TEST_CASE("a life of one's own is done as it says") {
  static int events[4] = {};
  struct Life {
    static void construct(void* place) {
      ::new (place) Message{};
      ++events[0];
    }
    static void renew(Message& message, int number) {
      message.number = number;
      ++events[1];
    }
    static void retire(Message&) noexcept { ++events[2]; }
    static void destroy(Message&) noexcept { ++events[3]; }
  };
  {
    CountingUpstream upstream;
    ObjectPool<Message, Life> pool{upstream};
    for (int i = 0; i < 5; ++i)
      CHECK(pool.acquire(i)->number == i);
  }
  CHECK(events[0] == 1);
  CHECK(events[1] == 5);
  CHECK(events[2] == 5);
  CHECK(events[3] == 1);
}

TEST_CASE("a handle is one pointer, is moved, and releases once") {
  using Pool = ObjectPool<Message>;
  static_assert(sizeof(Pool::Handle) == sizeof(void*));
  static_assert(!std::is_copy_constructible_v<Pool::Handle>);
  static_assert(std::is_nothrow_move_constructible_v<Pool::Handle>);
  CountingUpstream upstream;
  Pool pool{upstream};
  auto a = pool.acquire();
  Message* const place = a.get();
  auto b = std::move(a);
  CHECK(b.get() == place);
  CHECK(pool.stats().in_use == 1);
  auto& same = b;
  b = std::move(same);
  CHECK(b.get() == place);
  b = pool.acquire();
  CHECK(pool.stats().in_use == 1);
  Message* const raw = b.release();
  CHECK_FALSE(b);
  CHECK(pool.stats().in_use == 1);
  pool.release(raw);
  pool.release(nullptr);
  CHECK(pool.stats().in_use == 0);
}

TEST_CASE("objects of any size and alignment lie apart and aligned") {
  struct alignas(1) Byte {
    std::byte byte;
  };
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  struct alignas(4096) Page {
    std::byte bytes[4096];
  };
  struct Odd {
    std::byte bytes[37];
  };
  struct Large {
    std::byte bytes[20'000];
  };
  check_all_slots<ObjectPool<Byte>>(1);
  check_all_slots<ObjectPool<Line>>(64);
  check_all_slots<ObjectPool<Page>>(4096);
  check_all_slots<ObjectPool<Odd>>(1);
  check_all_slots<ObjectPool<Large>>(1);
}

TEST_CASE("a slab wastes at most an eighth, and slabs are coloured") {
  struct Some {
    std::byte bytes[1000];
  };
  CountingUpstream upstream;
  ObjectPool<Some> pool{upstream, alone};
  std::vector<Some*> all;
  while (upstream.loans_out() < 20)
    all.push_back(pool.acquire_raw());
  const ObjectPoolStats stats = pool.stats();
  CHECK(stats.wasted <= stats.held / 8);
  CHECK(stats.colours > 1);
  std::set<std::uintptr_t> firsts;
  for (const Some* const some : all)
    firsts.insert(reinterpret_cast<std::uintptr_t>(some) %
                  ObjectPool<Some>::slab_size % 1000);
  CHECK(firsts.size() >= std::min<std::size_t>(stats.colours, 10));
  pool.release_many(all.data(), all.size());
}

TEST_CASE_TEMPLATE("an object of whole lines of the cache lies on no other",
                   Size, std::integral_constant<std::size_t, 64>,
                   std::integral_constant<std::size_t, 128>,
                   std::integral_constant<std::size_t, 192>,
                   std::integral_constant<std::size_t, 512>) {
  struct Lines {
    std::byte bytes[Size::value];
  };
  CountingUpstream upstream;
  ObjectPool<Lines> pool{upstream, alone};
  std::vector<Lines*> all;
  while (upstream.loans_out() < 3)
    all.push_back(pool.acquire_raw());
  for (const Lines* const lines : all)
    CHECK(reinterpret_cast<std::uintptr_t>(lines) % 64 == 0);
  pool.release_many(all.data(), all.size());
}

TEST_CASE("refusal at any loan gives nothing and changes nothing") {
  for (int granted = 0; granted < 6; ++granted) {
    CountingUpstream upstream{granted};
    ObjectPool<Message> pool{upstream, alone};
    std::vector<Message*> all;
    while (Message* const message = pool.acquire_raw())
      all.push_back(message);
    CHECK(pool.check());
    CHECK(pool.stats().in_use == all.size());
    CHECK(pool.stats().refusals == 1);
    CHECK_FALSE(pool.acquire());
    CHECK(pool.stats().refusals == 2);
    if (!all.empty()) {
      pool.release(all.back());
      CHECK(pool.acquire_raw() == all.back());
    }
    pool.release_many(all.data(), all.size());
    CHECK(pool.check());
  }
}

TEST_CASE("reap destroys what nobody uses and gives it back") {
  Counted::forget();
  CountingUpstream upstream;
  ObjectPool<Counted> pool{upstream, alone};
  std::vector<Counted*> all;
  while (upstream.loans_out() < 5)
    all.push_back(pool.acquire_raw());
  Counted* const kept = all.back();
  all.pop_back();
  pool.release_many(all.data(), all.size());
  CHECK(pool.reap() == 4 * ObjectPool<Counted>::slab_size);
  CHECK(upstream.loans_out() == 1);
  CHECK(Counted::destroyed == static_cast<int>(all.size()));
  CHECK(pool.stats().slabs_returned == 4);
  pool.release(kept);
  CHECK(pool.reap() == ObjectPool<Counted>::slab_size);
  CHECK(pool.reap() == 0);
  CHECK(Counted::constructed == Counted::destroyed);
}

TEST_CASE("after reserve, objects come without a loan or a construction") {
  Counted::forget();
  CountingUpstream upstream;
  ObjectPool<Counted> pool{upstream, alone};
  auto one = pool.acquire();
  REQUIRE(pool.reserve(1000));
  CHECK(pool.stats().ready >= 1000);
  const int constructed = Counted::constructed;
  upstream.refuse_after(0);
  std::vector<Counted*> all(1000);
  CHECK(pool.acquire_many(all.data(), all.size()) == all.size());
  CHECK(Counted::constructed == constructed);
  CHECK_FALSE(upstream.refused());
  pool.release_many(all.data(), all.size());
  CHECK(pool.reap() == 0);
  CHECK_FALSE(pool.reserve(2000));
  CHECK(pool.check());
}

TEST_CASE("many are acquired and released as one by one") {
  CountingUpstream upstream{2};
  ObjectPool<Message> pool{upstream, alone};
  std::vector<Message*> all(10'000);
  const std::size_t count = pool.acquire_many(all.data(), all.size());
  CHECK(count == pool.stats().slots);
  CHECK(std::set<Message*>(all.begin(), all.begin() + std::ptrdiff_t(count))
            .size() == count);
  all.resize(count + 1);  // the last one is null
  pool.release_many(all.data(), all.size());
  CHECK(pool.stats().in_use == 0);
  CHECK(pool.check());
}

TEST_CASE("a pool knows its objects") {
  CountingUpstream upstream;
  ObjectPool<Message> pool{upstream};
  ObjectPool<Message> other{upstream};
  const auto message = pool.acquire();
  CHECK(pool.owns(message.get()));
  CHECK_FALSE(other.owns(message.get()));
  CHECK_FALSE(pool.owns(nullptr));
}

TEST_CASE("a pool stands in a buffer and gives all of it back") {
  alignas(1024) static std::byte buffer[8 * KiB];
  BufferUpstream upstream{buffer, sizeof buffer};
  {
    ObjectPool<Message, InSmallSlabs> pool{upstream, alone};
    std::vector<Message*> all;
    while (Message* const message = pool.acquire_raw())
      all.push_back(message);
    CHECK(all.size() >= 8 * 14);
    pool.release_many(all.data(), all.size());
    CHECK(pool.reap() == sizeof buffer);
    CHECK(pool.acquire());
  }
  CHECK(upstream.largest_free() == sizeof buffer);
}

TEST_CASE("inside of a buffer no thread keeps anything for itself") {
  alignas(1024) static std::byte buffer[8 * KiB];
  BufferUpstream upstream{buffer, sizeof buffer};
  ObjectPool<Message, InSmallSlabs> pool{upstream};
  CHECK(pool.stats().magazine == 0);
  pool.acquire().reset();
  CHECK(pool.stats().at_hand == 0);
  CHECK(pool.stats().own == 0);
}

TEST_CASE("statistics tell of slabs and of what is in them") {
  CountingUpstream upstream;
  ObjectPool<Message, InSmallSlabs> pool{upstream, alone};
  CHECK(pool.reserve(1));
  const std::size_t in_slab = pool.stats().slots;
  std::vector<Message*> all(2 * in_slab + 1);
  REQUIRE(pool.acquire_many(all.data(), all.size()) == all.size());
  ObjectPoolStats stats = pool.stats();
  CHECK(stats.slabs == 3);
  CHECK(stats.unused == 0);
  CHECK(stats.slots == 3 * in_slab);
  CHECK(stats.in_use == all.size());
  CHECK(stats.wasted == stats.held - stats.slots * stats.slot);
  pool.release_many(all.data(), all.size());
  stats = pool.stats();
  CHECK(stats.unused == 3);
  CHECK(stats.in_use == 0);
  CHECK(stats.slabs_made == 3);
  CHECK(stats.slabs_returned == 0);
  // One of them was reserved.
  static_cast<void>(pool.reap());
  stats = pool.stats();
  CHECK(stats.slabs == 1);
  CHECK(stats.slabs_made == 3);
  CHECK(stats.slabs_returned == 2);
}
