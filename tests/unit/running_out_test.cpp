// Running out at the n-th loan, for every n: nothing leaks, what was made dies
// once, and what failed can be tried again. region_exhaustion_test.cpp asks the
// region alone, this asks the doors and what regions do with each other.
#define FMT_HEADER_ONLY
#include "tarn/allocator.hpp"
#include "tarn/budget.hpp"
#include "tarn/coroutine.hpp"
#include "tarn/file_descriptor.hpp"
#include "tarn/format.hpp"
#include "tarn/pmr.hpp"
#include "tarn/tarn.h"
#include "tarn/text.hpp"
#include "tarn/throwing.hpp"

#include "support/counting_upstream.hpp"

#include <coroutine>
#include <cstring>
#include <doctest/doctest.h>
#include <exception>
#include <fcntl.h>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using tarn::Budget;
using tarn::DetachedRegion;
using tarn::KiB;
using tarn::Mark;
using tarn::Region;
using tarn::Upstream;
using tarn::test::CountingUpstream;

namespace {

constexpr tarn::RegionOptions small{.first_chunk = KiB, .max_chunk = 8 * KiB};

// What a scenario made, and what of it has died.
struct Tally {
  int made = 0;
  int died = 0;

  static void die(void* tally) noexcept { ++static_cast<Tally*>(tally)->died; }
};

void add_cleanup(Region& region, Tally& tally) {
  if (region.on_reset(Tally::die, &tally))
    ++tally.made;
}

struct Counted {
  explicit Counted(Tally& t) : tally(&t) { ++tally->made; }
  Counted(Counted&& other) noexcept : tally(other.tally) { ++tally->made; }
  Counted(const Counted& other) : tally(other.tally) { ++tally->made; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { ++tally->died; }
  Tally* tally;
  char bytes[200] = {};
};

// Arrays hold what needs no argument, so its tally is where all find it.
Tally* of_arrays = nullptr;
struct alignas(64) Element : Counted {
  Element() : Counted(*of_arrays) {}
};

// A constructor that gives up at every third call.
struct Reluctant : Counted {
  Reluctant(Tally& t, int call) : Counted(t) {
    if (call % 3 == 0)
      throw std::runtime_error{"not now"};
  }
};

void arrays(Upstream& upstream, Tally& tally) {
  of_arrays = &tally;
  Region region{upstream, small};
  for (std::size_t i = 0; i < 12; ++i) {
    const Element* const elements = region.make_array<Element>(i);
    CHECK((elements != nullptr || region.ran_out()));
    (void)region.make_array<int>(i * 100);
  }
}

void constructors_that_throw(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  int thrown = 0;
  for (int i = 0; i < 30; ++i) {
    try {
      (void)region.make<Reluctant>(tally, i);
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  CHECK((thrown == 10 || region.ran_out()));
}

void text(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  const std::string word(300, 'w');
  for (std::size_t i = 0; i < 12; ++i) {
    const std::string_view copy = region.copy(word);
    const std::string_view both =
        region.concat(copy, "=", word, i % 2 ? "" : "!");
    const std::string_view line = tarn::format(region, "{:>{}}", "x", i * 200);
    CHECK((copy.data() == nullptr ? copy.empty() : copy == word));
    CHECK((both.data() == nullptr || both.data()[both.size()] == '\0'));
    CHECK((line.data() == nullptr || line.back() == 'x'));
    add_cleanup(region, tally);
  }
}

void marks_in_marks(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  const auto nest = [&](const auto& self, int depth) -> void {
    const Mark mark = region.mark();
    add_cleanup(region, tally);
    (void)region.allocate(static_cast<std::size_t>(depth) * 500);
    if (Region* const child = region.make_child(small))
      (void)child->make<Counted>(tally);
    if (depth < 5)
      self(self, depth + 1);
    region.rewind(mark);
    CHECK(region.check());
  };
  nest(nest, 0);
  nest(nest, 1);
}

void handles(Upstream& upstream, Tally& tally) {
  std::vector<DetachedRegion> waiting;
  Region all{upstream, small};
  for (int i = 0; i < 6; ++i) {
    Region request{upstream, small};
    Region part{child_of(request)};
    (void)request.make<Counted>(tally);
    if (Region* const child = request.make_child())
      (void)child->make<Counted>(tally);
    (void)request.allocate(20 * KiB);
    add_cleanup(part, tally);
    REQUIRE(all.merge(part));
    waiting.push_back(request.detach());
  }
  for (std::size_t i = 0; i < waiting.size(); i += 2)
    REQUIRE(all.attach(std::move(waiting[i])));
  Region last{std::move(waiting.back())};
  add_cleanup(last, tally);
  add_cleanup(all, tally);
}

void containers(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  try {
    auto* const names = region.make<std::pmr::map<int, std::pmr::string>>();
    std::list<Counted, tarn::RegionAllocator<Counted>> things{{region}};
    std::pmr::vector<Counted> more{region.resource()};
    for (int i = 0; i < 40; ++i) {
      if (names != nullptr)
        (*names)[i].assign(static_cast<std::size_t>(i) * 5, 'n');
      things.emplace_back(tally);
      more.emplace_back(tally);
      if (i % 3 == 0)
        things.pop_front();
    }
  } catch (const std::bad_alloc&) {
    CHECK(region.ran_out());
  }
}

void throwing(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  tarn::ThrowingRegion view = tarn::throwing(region);
  try {
    for (int i = 0; i < 60; ++i) {
      (void)view.make<Counted>(tally);
      auto owner = std::make_unique<Counted>(tally);
      view.adopt(std::move(owner));
      const std::string_view copy = view.copy("text");
      CHECK(copy == "text");
    }
  } catch (const std::bad_alloc&) {
    CHECK(region.ran_out());
  }
}

void owners(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  (void)region.allocate(960);
  for (int i = 0; i < 4; ++i) {
    tarn::FileDescriptor file{open("/dev/null", O_RDONLY | O_CLOEXEC)};
    const int number = file.get();
    REQUIRE(number >= 0);
    const bool is_taken = region.adopt(std::move(file));
    CHECK(file.get() == (is_taken ? -1 : number));
    CHECK(fcntl(number, F_GETFD) >= 0);
    auto owner = std::make_unique<Counted>(tally);
    const bool is_owned = region.adopt(std::move(owner));
    CHECK((owner == nullptr) == is_owned);
    (void)region.allocate(900);
    region.reset();
    if (is_taken)
      CHECK(fcntl(number, F_GETFD) == -1);
    (void)region.allocate(960);
  }
}

void large_blocks(Upstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB, .max_chunk = 4 * KiB}};
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 20; ++i) {
    void* const block = region.allocate_zeroed(3000 + i * 1000, 64);
    if (block != nullptr)
      blocks.push_back(block);
    if (i % 4 == 3)
      add_cleanup(region, tally);
    if (i % 5 == 4 && !blocks.empty()) {
      CHECK((region.free_large(blocks.back()) || region.owns(blocks.back())));
      blocks.pop_back();
    }
  }
  const bool has_room = region.reserve(10 * 1008);
  for (int i = 0; has_room && i < 10; ++i)
    REQUIRE(region.allocate(1000) != nullptr);
}

// A coroutine with its frame in a region, or without one.
struct Task {
  struct promise_type : tarn::RegionFrame {
    static Task get_return_object_on_allocation_failure() { return {}; }
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle = nullptr;
};

Task count(Region&, Tally& tally) {
  const Counted local{tally};
  co_await std::suspend_always{};
}

void coroutines(Upstream& upstream, Tally& tally) {
  Region region{upstream, small};
  std::vector<Task> tasks;
  for (int i = 0; i < 80; ++i) {
    const Task task = count(region, tally);
    CHECK((task.handle || region.ran_out()));
    if (task.handle)
      tasks.push_back(task);
    if (i % 4 == 3 && !tasks.empty()) {
      tasks.back().handle.destroy();
      tasks.pop_back();
    }
  }
  for (const Task task : tasks)
    task.handle.destroy();
}

void through_c(Upstream& upstream, Tally& tally) {
  Budget server{"server", 1024 * KiB, upstream};
  tarn_budget tenant;
  tarn_budget_init(&tenant, "tenant", 512 * KiB,
                   reinterpret_cast<tarn_budget*>(&server));
  tarn_region_options options{};
  options.first_chunk = 1024;
  options.budget = &tenant;
  tarn_region region;
  tarn_region_init(&region, &options);
  tarn_region child;
  tarn_region_init_child(&child, &region, nullptr);
  for (int i = 0; i < 20; ++i) {
    const tarn_mark mark = tarn_region_mark(&region);
    void* const block = tarn_region_allocate(&region, 700);
    (void)tarn_region_grow(&region, block, block != nullptr ? 700 : 0, 1500);
    const char* const copy = tarn_region_copy(&child, "some text");
    CHECK((copy == nullptr || std::strcmp(copy, "some text") == 0));
    const auto cleanup = [](void* p) { Tally::die(p); };
    tally.made += tarn_region_on_reset(&region, cleanup, &tally);
    tally.made += tarn_region_on_reset(&child, cleanup, &tally);
    if (i % 2 == 0)
      tarn_region_rewind(&region, mark);
  }
  tarn_region_destroy(&child);
  tarn_region_destroy(&region);
  CHECK(tarn_budget_held(&tenant) == 0);
  tarn_budget_destroy(&tenant);
}

void under_budgets(Upstream& upstream, Tally& tally) {
  Budget server{"server", 40 * KiB, upstream};
  Budget tenant{"tenant", 24 * KiB, server, {.headroom = 4 * KiB}};
  {
    Region one{tenant, small};
    Region two{server, small};
    for (int i = 0; i < 60; ++i) {
      (void)one.make<Counted>(tally);
      (void)two.make<Counted>(tally);
      (void)two.allocate(static_cast<std::size_t>(i) * 40);
    }
    CHECK(one.held() == tenant.held());
    CHECK(one.held() + two.held() == server.held());
  }
  CHECK(tenant.held() == 0);
  CHECK(server.held() == 0);
}

void retaining(Upstream& upstream, Tally& tally) {
  for (const tarn::Retain retain :
       {tarn::retain_decay, tarn::retain_bytes(6 * KiB), tarn::retain_all}) {
    Region region{upstream,
                  {.first_chunk = KiB, .retain = retain, .wipe = true}};
    for (int i = 0; i < 3; ++i) {
      for (int k = 0; k < 12; ++k)
        (void)region.make<Counted>(tally);
      (void)region.allocate(40 * KiB);
      region.reset();
      CHECK_FALSE(region.ran_out());
      CHECK(region.check());
    }
  }
}

using Scenario = void (*)(Upstream& upstream, Tally& tally);

constexpr Scenario scenarios[] = {arrays,     constructors_that_throw,
                                  text,       marks_in_marks,
                                  handles,    containers,
                                  throwing,   owners,
                                  coroutines, large_blocks,
                                  through_c,  under_budgets,
                                  retaining};

}  // namespace

TEST_CASE("refused at the n-th loan, for every n, a program leaks nothing") {
  for (const Scenario& scenario : scenarios)
    for (const bool for_ever : {true, false}) {
      bool refused = true;
      int n = 0;
      for (; refused; ++n) {
        Tally tally;
        CountingUpstream upstream{n, for_ever};
        scenario(upstream, tally);
        refused = upstream.refused();
        CHECK(upstream.loans_out() == 0);
        CHECK(tally.died == tally.made);
      }
      INFO("scenario ", &scenario - scenarios);
      // A compiler may put coroutine frames elsewhere than in the region.
      CHECK(n > 2);
    }
}

TEST_CASE("in a buffer of any size a program leaves all of it free") {
  alignas(16) static std::byte buffer[64 * KiB];
  for (const Scenario scenario : scenarios)
    for (std::size_t size = 0; size < sizeof buffer; size += 16 + size / 8) {
      Tally tally;
      tarn::BufferUpstream upstream{buffer, size};
      const std::size_t all = upstream.free_bytes();
      scenario(upstream, tally);
      CHECK(upstream.free_bytes() == all);
      CHECK(upstream.largest_free() == all);
      CHECK(upstream.check());
      CHECK(tally.died == tally.made);
    }
}
