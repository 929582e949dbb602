// Objects that `sampled` draws, with every draw a hit.
// ONLY linux
#include "tarn/budget.hpp"
#include "tarn/object_pool.hpp"

#include "check/guarded_slots.hpp"
#include "os/memory.hpp"
#include "support/sampled.hpp"

#include <doctest/doctest.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace tarn {
namespace {

int made = 0;
int ended = 0;
bool refuses = false;

template <std::size_t size, std::size_t align = 8>
struct alignas(align) Thing {
  Thing() {
    if (refuses)
      throw std::runtime_error{"made"};
    ++made;
  }
  ~Thing() { ++ended; }
  void renew() {}
  void renew(int value) {
    if (refuses)
      throw std::runtime_error{"renewed"};
    uses += value;
  }
  int uses = 0;
  char bytes[size - sizeof(int)];
};
using Small = Thing<64>;

struct Sampled {
  Sampled() {
    test::sample_all();
    made = ended = 0;
    refuses = false;
  }
  ~Sampled() {
    set_check_mode(CheckMode::off);
    check::set_sampling_budget(5'000);
  }
};

bool is_touched_safely(const void* p) {
  return os::is_readable(reinterpret_cast<const void*>(
      reinterpret_cast<std::uintptr_t>(p) & ~std::uintptr_t{7}));
}

TEST_CASE("A drawn object is constructed once, keeps its state, ends once") {
  const Sampled sampled;
  {
    ObjectPool<Small> pool{{.name = "p"}};
    int uses = 0;
    for (int i = 0; i < 1'000; ++i) {
      auto object = pool.acquire(1);
      REQUIRE(object);
      CHECK(check::is_in_guarded_slots(object.get()));
      uses += object->uses == 1 ? 1 : 0;
    }
    // As many as were constructed were used for the first time.
    CHECK(uses == made);
    CHECK(made <= 16);
    CHECK(made > 1);
    CHECK(ended == 0);
    CHECK(pool.check());
  }
  CHECK(ended == made);
}

TEST_CASE("What was drawn is nobody's once it was released, and is told") {
  const Sampled sampled;
  ObjectPool<Small> pool{{.name = "p"}};
  Small* const object = pool.acquire_raw();
  CHECK(pool.owns(object));
  CHECK_FALSE(is_touched_safely(object + 1));
  CHECK(pool.stats().in_use == 1);
  pool.release(object);
  CHECK(pool.stats().in_use == 0);
  CHECK(pool.stats().ready == 1);
  CHECK_FALSE(is_touched_safely(object));
  check::Finding finding{.fault = Fault::leak};
  REQUIRE(check::whose_guarded_slot(object->bytes, true, finding));
  CHECK(std::string{finding.line.text()}.find("bytes into freed") !=
        std::string::npos);
  CHECK(std::string{finding.line.text()}.find(" (64 bytes, object pool 'p')") !=
        std::string::npos);
  CHECK(finding.fault == Fault::use_after_free);
  CHECK(finding.block.record->freed_by != 0);
}

TEST_CASE("Objects that cannot be made or renewed are as if nobody had come") {
  const Sampled sampled;
  {
    ObjectPool<Small> pool;
    refuses = true;
    CHECK_THROWS(static_cast<void>(pool.acquire_raw()));
    CHECK(pool.stats().in_use == 0);
    refuses = false;
    Small* const object = pool.acquire_raw(1);
    refuses = true;
    for (int i = 0; i < 40; ++i)
      CHECK_THROWS(static_cast<void>(pool.acquire_raw(1)));
    CHECK(pool.stats().in_use == 1);
    refuses = false;
    pool.release(object);
    CHECK(pool.check());
  }
  CHECK(made == ended);
}

TEST_CASE("Reaping ends those that wait; more than there are are not drawn") {
  const Sampled sampled;
  ObjectPool<Small> pool;
  std::vector<Small*> objects;
  for (int i = 0; i < 100; ++i)
    objects.push_back(pool.acquire_raw());
  int guarded = 0;
  for (Small* const object : objects)
    guarded += check::is_in_guarded_slots(object) ? 1 : 0;
  CHECK(guarded == 16);
  CHECK(pool.stats().in_use == 100);
  CHECK(pool.stats().slots >= 100);
  for (Small* const object : objects)
    pool.release(object);
  CHECK(pool.stats().in_use == 0);
  CHECK(made == 100);
  static_cast<void>(pool.reap());
  // What the thread has at hand stays.
  CHECK(ended == 16);
  CHECK(pool.stats().ready == 84);
  CHECK(pool.acquire());
}

template <class T, class Life = KeepConstructed<T>>
void use_some() {
  const int made_before = made;
  {
    ObjectPool<T, Life> pool;
    for (int i = 0; i < 100; ++i) {
      auto object = pool.acquire();
      REQUIRE(object);
      CHECK(reinterpret_cast<std::uintptr_t>(object.get()) % alignof(T) == 0);
      CHECK(check::is_in_guarded_slots(object.get()));
      object->bytes[0] = object->bytes[sizeof object->bytes - 1] = 1;
    }
  }
  CHECK(made > made_before);
  CHECK(made == ended);
}

TEST_CASE("Of a reserve some are drawn, and none is constructed later") {
  const Sampled sampled;
  ObjectPool<Small> pool;
  REQUIRE(pool.reserve(100));
  const int before = made;
  CHECK(before >= 100);
  refuses = true;
  int guarded = 0;
  std::vector<Small*> objects;
  for (int i = 0; i < 100; ++i)
    objects.push_back(pool.acquire_raw());
  for (Small* const object : objects)
    guarded += check::is_in_guarded_slots(object) ? 1 : 0;
  CHECK(guarded == 4);
  CHECK(made == before);
  refuses = false;
  for (Small* const object : objects)
    pool.release(object);
  CHECK(pool.check());
}

TEST_CASE("Objects of any size and alignment are drawn") {
  const Sampled sampled;
  use_some<Thing<8>>();
  use_some<Thing<3'900>>();
  use_some<Thing<5'000, 64>>();
  use_some<Thing<70'000>>();
  use_some<Thing<200, 512>>();
  use_some<Small, MakeAnew<Small>>();
  CHECK(check::guarded_slots_in_use() == 0);
}

TEST_CASE("Nothing is drawn of pools whose memory is somebody else's") {
  const Sampled sampled;
  Budget budget{"b", 1 * MiB};
  ObjectPool<Small> pool{budget};
  auto object = pool.acquire();
  REQUIRE(object);
  CHECK_FALSE(check::is_in_guarded_slots(object.get()));
  SteadyPool<Thing<16>> steady;
  CHECK(steady.reserve(1));
  ObjectPool<Small> unchecked{{.checks = CheckMode::off}};
  auto other = unchecked.acquire();
  CHECK_FALSE(check::is_in_guarded_slots(other.get()));
}

TEST_CASE("A mode that is lowered draws nothing more, and all goes home") {
  Small* object = nullptr;
  ObjectPool<Small>* pool = nullptr;
  {
    const Sampled sampled;
    pool = new ObjectPool<Small>;
    object = pool->acquire_raw();
    CHECK(check::is_in_guarded_slots(object));
  }
  auto other = pool->acquire();
  CHECK_FALSE(check::is_in_guarded_slots(other.get()));
  pool->release(object);
  other.reset();
  delete pool;
  CHECK(made == ended);
}

}  // namespace
}  // namespace tarn
