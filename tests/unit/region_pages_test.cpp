// What `full,page` promises of regions: each block alone in pages of its own.
// ONLY linux
#include "tarn/checks.hpp"
#include "tarn/region.hpp"

#include "check/region_graves.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "support/counting_upstream.hpp"

#include <cstring>
#include <doctest/doctest.h>

namespace tarn {
namespace {

constexpr RegionOptions in_pages{.name = "r", .checks = CheckMode::full_page};

// What an operator's line is told instead of the program's end.
class Going {
 public:
  Going() { set_after_fault(AfterFault::go_on); }
  Going(const Going&) = delete;
  Going& operator=(const Going&) = delete;
  ~Going() { set_after_fault(AfterFault::abort); }
};

class NoMarks {
 public:
  explicit NoMarks(long protections) {
    open_all();
    os::forgo_guard_marks(true, protections);
  }
  NoMarks(const NoMarks&) = delete;
  NoMarks& operator=(const NoMarks&) = delete;
  ~NoMarks() {
    open_all();
    os::forgo_guard_marks(false, -1);
  }

 private:
  // What was guarded in one way is opened in that way alone.
  static void open_all() {
    while (check::regions::empty_graves())
      continue;
  }
};

std::byte* block(Region& region, std::size_t size,
                 std::size_t align = max_align) {
  auto* const p = static_cast<std::byte*>(region.allocate(size, align));
  REQUIRE(p != nullptr);
  CHECK(detail::address_of(p) % align == 0);
  std::memset(p, 1, size);
  return p;
}

TEST_CASE("A block ends at a guard up to its alignment, and one is before it") {
  Region region{in_pages};
  const std::size_t page = os::page_size();
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : {1u, 13u, 64u, 4096u, 5000u, 100'000u})
      for (const std::size_t align : {1u, 16u, 64u, 4096u, 16'384u}) {
        std::byte* const p = block(region, size, align);
        const std::byte* const end = p + size;
        const std::byte* const guard = detail::align_up(p + size, page);
        CHECK(static_cast<std::size_t>(guard - end) <
              (align < page ? align : page));
        CHECK_FALSE(os::is_readable(guard));
        const std::byte* const first = p - detail::address_of(p) % page;
        CHECK(os::is_readable(first));
        CHECK_FALSE(os::is_readable(first - 1));
        CHECK(region.owns(p));
        CHECK(region.check());
      }
    region.reset();
  }
  CHECK(check_all() == 0);
}

TEST_CASE("Nobody can read what ended, whatever ended it") {
  Region region{in_pages};
  const std::byte* const old = block(region, 64);
  std::byte* const freed = block(region, 64);
  std::byte* const large = block(region, 300'000);
  const Mark mark = region.mark();
  const std::byte* const young = block(region, 64);
  region.deallocate(freed, 64);
  region.deallocate(large, 300'000);
  CHECK_FALSE(os::is_readable(freed));
  CHECK_FALSE(os::is_readable(large));
  region.rewind(mark);
  CHECK_FALSE(os::is_readable(young));
  CHECK(os::is_readable(old));
  CHECK(region.check());
  region.reset();
  CHECK_FALSE(os::is_readable(old));
}

TEST_CASE("A block in pages of its own moves when it grows, and may shrink") {
  const Going going;
  Region region{in_pages};
  std::byte* const old = block(region, 64);
  CHECK_FALSE(region.resize_in_place(old, 64, 65));
  CHECK(region.resize_in_place(old, 64, 32));
  old[32] = std::byte{2};
  CHECK(check_all() == 1);
  auto* const grown = static_cast<std::byte*>(region.grow(old, 32, 100));
  REQUIRE(grown != nullptr);
  CHECK(grown != old);
  CHECK(grown[31] == std::byte{1});
  CHECK_FALSE(os::is_readable(old));
}

TEST_CASE("A block of no bytes cannot be touched") {
  Region region{in_pages};
  CHECK_FALSE(os::is_readable(region.allocate(0)));
  void* const p = region.allocate(0, 1);
  CHECK(region.resize_in_place(p, 0, 0));
  region.deallocate(p, 0);
  region.reset();
  CHECK(region.check());
}

TEST_CASE("Another upstream than the system has its blocks between redzones") {
  test::CountingUpstream upstream;
  Region region{upstream, in_pages};
  const std::byte* const p = block(region, 64);
  CHECK(os::is_readable(p + 64));
  CHECK(block(region, 64) - p < 256);
}

TEST_CASE("A region that lives long uses pages of what was given up again") {
  Region region{in_pages};
  constexpr int many = 30'000;
  for (int i = 0; i < many; ++i)
    region.deallocate(block(region, 64), 64);
  CHECK(region.held() < 100 * MiB);
  CHECK(region.check());
}

TEST_CASE("Without guards what is written beside a block is told") {
  const Going going;
  const NoMarks none{0};
  Region region{in_pages};
  std::byte* const first = block(region, 64);
  std::byte* const second = block(region, 4096);
  CHECK(check_all() == 0);
  first[64] = std::byte{2};
  second[4096] = std::byte{2};
  CHECK(check_all() == 2);
  region.deallocate(first, 64);
  first[1] = std::byte{2};
  CHECK(check_all() == 1);
  region.reset();
  CHECK(region.check());
}

TEST_CASE("Mappings that guards took are given back with their region") {
  const NoMarks none{1000};
  const long before = os::protections_left();
  Region region{in_pages};
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 100; ++i) {
      std::byte* const p = block(region, 64);
      if (i % 4 == 0)
        region.deallocate(p, 64);
    }
    const Mark mark = region.mark();
    static_cast<void>(block(region, 64));
    region.rewind(mark);
    CHECK(os::protections_left() < before - 100);
    const std::size_t chunks = region.stats().chunks;
    const long used = before - os::protections_left();
    region.reset();
    // Each chunk that ended is one.
    CHECK(before - os::protections_left() <=
          static_cast<long>(chunks * static_cast<std::size_t>(round + 1)));
    CHECK(before - os::protections_left() < used);
  }
}

}  // namespace
}  // namespace tarn
