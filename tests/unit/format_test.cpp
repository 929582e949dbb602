// What format.hpp promises.
#define FMT_HEADER_ONLY
#include "tarn/format.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>
#include <string>

using tarn::Region;
using tarn::test::CountingUpstream;

TEST_CASE("text is formatted into the region, zero-terminated") {
  CountingUpstream upstream;
  Region region{upstream};
  const std::string_view line =
      tarn::format(region, "{} {:03}{}", "code", 7, '!');
  CHECK(line == "code 007!");
  CHECK(line.data()[line.size()] == '\0');
  CHECK(region.owns(line.data()));
}

TEST_CASE("the block ends behind the text") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(tarn::format(region, "{}", 12345).data() != nullptr);
  CHECK(region.stats().used == 6);
}

TEST_CASE("text of any length is whole") {
  CountingUpstream upstream;
  Region region{upstream};
  for (const std::size_t size :
       {0u, 1u, 254u, 255u, 256u, 257u, 5000u, 9000u, 100000u}) {
    const std::string text(size, 't');
    const std::size_t used = region.stats().used;
    const std::string_view copy = tarn::format(region, "{}", text);
    REQUIRE(copy.data() != nullptr);
    CHECK(copy == text);
    CHECK(copy.data()[size] == '\0');
    if (size < 1000)
      CHECK(region.stats().used <= used + size + 1 + tarn::max_align);
    CHECK(region.check());
  }
}

TEST_CASE("format of nothing has data that is not null") {
  CountingUpstream upstream;
  Region region{upstream};
  const std::string_view empty = tarn::format(region, "{}", "");
  REQUIRE(empty.data() != nullptr);
  CHECK(empty.empty());
}

TEST_CASE("data is null when memory ran out, at once or on the way") {
  CountingUpstream upstream{0};
  Region region{upstream};
  CHECK(tarn::format(region, "{}", 1).data() == nullptr);
  CHECK(region.ran_out());
  upstream.refuse_after(1);
  const std::string large(100000, 'L');
  CHECK(tarn::format(region, "{}", large).data() == nullptr);
  CHECK(region.stats().used == 0);
  CHECK(tarn::format(region, "{}", 1) == "1");
}

TEST_CASE("text that does not fit its chunk moves") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(16) != nullptr);
  tarn::test::fill_chunk(region, 300);
  const std::string text(400, 't');
  CHECK(tarn::format(region, "{}", text) == text);
  CHECK(region.stats().chunks == 2);
}
