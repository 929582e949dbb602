// Blocks and objects in mode sampled, with every draw a hit: those that were
// drawn count.
// ONLY linux
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"

#include "base/build.hpp"
#include "check/lives.hpp"
#include "check/objects.hpp"
#include "check/suspects.hpp"
#include "support/old_site.hpp"
#include "support/own_clock.hpp"
#include "support/sampled.hpp"

#include <cstdint>
#include <doctest/doctest.h>

namespace {

using namespace tarn;
using test::OldSite;

class Sampled {
 public:
  Sampled() { test::sample_all(); }
  Sampled(const Sampled&) = delete;
  Sampled& operator=(const Sampled&) = delete;
  ~Sampled() {
    set_check_mode(CheckMode::off);
    constexpr std::uint32_t usual = 5'000;
    check::set_sampling_budget(usual);
  }
};

class Blocks final : public test::Lender {
 public:
  void* take() override { return heap_.allocate(48); }
  void give_back(void* block) override { heap_.deallocate(block); }

 private:
  Heap heap_;
};

using Objects = test::Objects<CheckMode::of_process>;

// Each block is two system calls or three.
constexpr unsigned few = base::is_instrumented ? 1 : 2;
constexpr auto steady = test::fifth<test::steady>;

template <class Pool>
void kept_from_the_start() {
  for (const double rate : {0.0, 1.0}) {
    Pool pool;
    OldSite cache{pool, 1};
    cache.keep(500);
    CHECK(cache.suspect_after([rate](double) { return rate; }) == 0);
  }
}

template <class Pool>
void look_at_suspect(PoolKind kind, std::size_t size) {
  Pool pool;
  OldSite site{pool, 1};
  REQUIRE(site.suspect_after(steady, 10) != 0);
  REQUIRE(site.found().size() == 1);
  const check::Suspect& one = site.found()[0];
  CHECK(one.kind == kind);
  CHECK(one.is_drawn);
  CHECK(one.count >= check::least_old);
  CHECK(one.bytes == one.count * size);
  CHECK(one.completed > check::least_completed);
  // Ten seconds, and what an object lies in a magazine before it is seen.
  CHECK(one.longest_ms <= 20'000);
  CHECK(one.oldest_ms >= check::least_age_ms);
}

unsigned live_objects() {
  unsigned count = 0;
  check::each_live_object(
      [](void* into, std::byte*, const check::Record&) noexcept {
        ++*static_cast<unsigned*>(into);
      },
      &count);
  return count;
}

}  // namespace

TEST_CASE("sites that are steady, cyclic or grow are not suspect by samples") {
  const Sampled sampled;
  for (double (*const rate)(double) :
       {steady, test::fifth<test::cyclic>, test::fifth<test::growing>}) {
    CHECK(test::suspected<Blocks>(rate, few) == 0);
    CHECK(test::suspected<Objects>(rate, few) == 0);
  }
}

TEST_CASE("samples that are kept from the start on are not suspect") {
  const Sampled sampled;
  kept_from_the_start<Blocks>();
  kept_from_the_start<Objects>();
}

TEST_CASE("leaked blocks that were drawn are suspect soon after") {
  const Sampled sampled;
  CHECK(test::found_within<Blocks>(2 * 60, 1, steady, few) == few);
  CHECK(test::found_within<Blocks>(5 * 60, 10, steady, few) == few);
  CHECK(test::found_within<Blocks>(20 * 60, 100, steady, few) == few);
}

// One a second takes all that may be drawn of a pool before it is old.
TEST_CASE("objects that leak slowly are suspect soon after by samples") {
  const Sampled sampled;
  CHECK(test::found_within<Objects>(5 * 60, 10, steady, few) == few);
  CHECK(test::found_within<Objects>(20 * 60, 100, steady, few) == few);
}

TEST_CASE("a suspect of samples says that they are") {
  const Sampled sampled;
  look_at_suspect<Blocks>(PoolKind::heap, 48);
  look_at_suspect<Objects>(PoolKind::object_pool, sizeof(test::Object));
}

TEST_CASE("drawn objects that lie in a magazine are not live") {
  const Sampled sampled;
  ObjectPool<test::Object> pool;
  test::Object* all[16];
  for (test::Object*& object : all)
    object = pool.acquire_raw();
  REQUIRE(live_objects() != 0);
  // So that those come back by the fast path.
  check::set_sampling_budget(0);
  for (int i = 0; i < 1000; ++i)
    pool.release(pool.acquire_raw());
  for (test::Object* const object : all)
    pool.release(object);
  // So old that somebody looks for them there.
  test::now += check::least_age_ms + 1'000;
  CHECK(live_objects() == 0);
}
