// What tarn.h promises: the calls of region.hpp and budget.hpp, for C.
#include "tarn/tarn.h"

#include <cstring>
#include <doctest/doctest.h>
#include <string>

namespace {

struct Scoped {
  explicit Scoped(const tarn_region_options* options = nullptr) {
    tarn_region_init(&region, options);
  }
  Scoped(const Scoped&) = delete;
  Scoped& operator=(const Scoped&) = delete;
  ~Scoped() { tarn_region_destroy(&region); }
  tarn_region region;
};

extern "C" void count_one(void* counter) {
  ++*static_cast<int*>(counter);
}

}  // namespace

TEST_CASE("the version is that of the header") {
  CHECK(tarn_version() == TARN_VERSION_MAJOR * 10000 +
                              TARN_VERSION_MINOR * 100 + TARN_VERSION_PATCH);
}

TEST_CASE("blocks are given, aligned, zeroed, grown and given up") {
  Scoped scoped;
  tarn_region* const region = &scoped.region;
  CHECK(tarn_region_held(region) == 0);
  void* const block = tarn_region_allocate(region, 100);
  REQUIRE(block != nullptr);
  CHECK(tarn_region_owns(region, block));
  CHECK(tarn_region_held(region) > 0);
  CHECK(tarn_region_grow(region, block, 100, 200) == block);
  tarn_region_deallocate(region, block, 200);
  CHECK(tarn_region_allocate(region, 10) == block);
  std::memset(block, 1, 10);
  tarn_region_deallocate(region, block, 10);
  auto* const zeroed =
      static_cast<unsigned char*>(tarn_region_allocate_zeroed(region, 10));
  CHECK(zeroed[0] + zeroed[9] == 0);
  void* const aligned = tarn_region_allocate_aligned(region, 10, 256);
  CHECK(reinterpret_cast<uintptr_t>(aligned) % 256 == 0);
  void* const large = tarn_region_allocate(region, 1000000);
  CHECK_FALSE(tarn_region_free_large(region, aligned));
  CHECK(tarn_region_free_large(region, large));
}

TEST_CASE("copies are followed by a zero byte") {
  Scoped scoped;
  char text[] = "text";
  const char* const copy = tarn_region_copy(&scoped.region, text);
  text[0] = 'n';
  CHECK(std::string(copy) == "text");
  const char* const bytes = tarn_region_copy_bytes(&scoped.region, "a\0b", 3);
  CHECK(std::memcmp(bytes, "a\0b\0", 4) == 0);
  const char* const none = tarn_region_copy_bytes(&scoped.region, nullptr, 0);
  REQUIRE(none != nullptr);
  CHECK(*none == '\0');
}

TEST_CASE("running out is NULL or false, and remembered") {
  Scoped scoped;
  tarn_region* const region = &scoped.region;
  CHECK_FALSE(tarn_region_ran_out(region));
  CHECK(tarn_region_allocate(region, SIZE_MAX) == nullptr);
  CHECK(tarn_region_copy_bytes(region, "", SIZE_MAX) == nullptr);
  CHECK_FALSE(tarn_region_reserve(region, SIZE_MAX));
  CHECK(tarn_region_ran_out(region));
  tarn_region_reset(region);
  CHECK_FALSE(tarn_region_ran_out(region));
  CHECK(tarn_region_reserve(region, 1000));
}

TEST_CASE("cleanups run at reset and at the end") {
  int runs = 0;
  {
    Scoped scoped;
    REQUIRE(tarn_region_on_reset(&scoped.region, count_one, &runs));
    tarn_region_reset(&scoped.region);
    CHECK(runs == 1);
    REQUIRE(tarn_region_on_reset(&scoped.region, count_one, &runs));
  }
  CHECK(runs == 2);
}

TEST_CASE("marks, merges and children are those of regions") {
  int runs = 0;
  Scoped scoped;
  Scoped other;
  tarn_region* const region = &scoped.region;
  const tarn_mark mark = tarn_region_mark(region);
  REQUIRE(tarn_region_on_reset(region, count_one, &runs));
  tarn_region_rewind(region, mark);
  CHECK(runs == 1);
  const void* const block = tarn_region_allocate(&other.region, 10);
  CHECK(tarn_region_merge(region, &other.region));
  CHECK(tarn_region_owns(region, block));
  CHECK_FALSE(tarn_region_merge(region, region));
  tarn_region child;
  tarn_region_init_child(&child, region, nullptr);
  REQUIRE(tarn_region_on_reset(&child, count_one, &runs));
  tarn_region_reset(region);
  CHECK(runs == 2);
  tarn_region_destroy(&child);
}

TEST_CASE("budgets nest and limit, options are taken over") {
  tarn_budget server;
  tarn_budget tenant;
  tarn_budget_init(&server, "server", 1 << 20, nullptr);
  tarn_budget_init(&tenant, "tenant", 64 << 10, &server);
  {
    tarn_region_options options = {};
    options.name = "job";
    options.budget = &tenant;
    options.first_chunk = 4096;
    options.max_chunk = 8192;
    options.retain = SIZE_MAX;
    options.wipe = true;
    Scoped scoped{&options};
    while (tarn_region_allocate(&scoped.region, 1000) != nullptr) {
    }
    const size_t held = tarn_region_held(&scoped.region);
    CHECK(held <= 64u << 10);
    CHECK(tarn_budget_held(&tenant) == held);
    CHECK(tarn_budget_held(&server) == held);
    tarn_region_reset(&scoped.region);
    CHECK(tarn_region_held(&scoped.region) == held);
    auto* const block =
        static_cast<unsigned char*>(tarn_region_allocate(&scoped.region, 10));
    CHECK(block[0] + block[9] == 0);
  }
  CHECK(tarn_budget_held(&server) == 0);
  tarn_budget_destroy(&tenant);
  tarn_budget_destroy(&server);
}
