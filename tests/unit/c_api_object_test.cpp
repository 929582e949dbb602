// What tarn.h promises of object pools: the calls of object_pool.hpp, for C.
#include "tarn/tarn.h"

#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <vector>

namespace {

int constructed = 0;
int destroyed = 0;
int until_failure = -1;

bool construct(void* object) {
  if (until_failure == 0)
    return false;
  --until_failure;
  std::memset(object, 7, 100);
  ++constructed;
  return true;
}

void destroy(void*) {
  ++destroyed;
}

}  // namespace

TEST_CASE("C has objects of a size that is known at run time") {
  tarn_object_pool pool;
  tarn_object_pool_options options{};
  options.name = "things";
  options.construct = construct;
  options.destroy = destroy;
  REQUIRE(tarn_object_pool_init(&pool, 100, &options));
  auto* const thing =
      static_cast<unsigned char*>(tarn_object_pool_acquire(&pool));
  REQUIRE(thing != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(thing) % 16 == 0);
  CHECK(thing[99] == 7);
  thing[99] = 8;
  tarn_object_pool_release(&pool, thing);
  CHECK(tarn_object_pool_acquire(&pool) == thing);
  CHECK(thing[99] == 8);
  CHECK(tarn_object_pool_in_use(&pool) == 1);
  tarn_object_pool_release(&pool, thing);
  tarn_object_pool_release(&pool, nullptr);
  std::vector<void*> all(1000);
  CHECK(tarn_object_pool_reserve(&pool, all.size()));
  const int before = constructed;
  CHECK(tarn_object_pool_acquire_many(&pool, all.size(), all.data()) ==
        all.size());
  CHECK(constructed == before);
  tarn_object_pool_release_many(&pool, all.data(), all.size());
  tarn_object_pool_destroy(&pool);
  CHECK(constructed == destroyed);
}

TEST_CASE("a construction that fails gives C a null and changes nothing") {
  tarn_object_pool pool;
  tarn_object_pool_options options{};
  options.construct = construct;
  REQUIRE(tarn_object_pool_init(&pool, 100, &options));
  until_failure = 3;
  std::vector<void*> all(10);
  CHECK(tarn_object_pool_acquire_many(&pool, all.size(), all.data()) == 3);
  CHECK(tarn_object_pool_in_use(&pool) == 3);
  CHECK_FALSE(tarn_object_pool_reserve(&pool, 10));
  until_failure = -1;
  tarn_object_pool_release_many(&pool, all.data(), 3);
  tarn_object_pool_destroy(&pool);
}

TEST_CASE("C pools take any alignment, a budget, and no magazines") {
  tarn_budget budget;
  tarn_budget_init(&budget, "objects", 64 * 1024, nullptr);
  tarn_object_pool pool;
  tarn_object_pool_options options{};
  options.align = 1024;
  options.budget = &budget;
  options.without_magazines = true;
  REQUIRE(tarn_object_pool_init(&pool, 10, &options));
  std::vector<void*> all(1000);
  const std::size_t count =
      tarn_object_pool_acquire_many(&pool, all.size(), all.data());
  CHECK(count > 50);
  CHECK(count < 65);
  for (std::size_t i = 0; i < count; ++i)
    CHECK(reinterpret_cast<std::uintptr_t>(all[i]) % 1024 == 0);
  tarn_object_pool_release_many(&pool, all.data(), count);
  CHECK(tarn_object_pool_reap(&pool) > 0);
  CHECK(tarn_budget_held(&budget) == 0);
  tarn_object_pool_destroy(&pool);
  tarn_budget_destroy(&budget);
  CHECK_FALSE(tarn_object_pool_init(&pool, SIZE_MAX, nullptr));
}
