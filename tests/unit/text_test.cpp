// What text.hpp promises of copy() and concat().
#include "tarn/text.hpp"

#include "support/counting_upstream.hpp"

#include <doctest/doctest.h>
#include <string>
#include <string_view>

using tarn::Region;
using tarn::test::CountingUpstream;

TEST_CASE("a copy is the text, zero-terminated, in the region") {
  CountingUpstream upstream;
  Region region{upstream};
  std::string source = "some text";
  const std::string_view copy = region.copy(source);
  source = "different";
  CHECK(copy == "some text");
  CHECK(copy.data()[copy.size()] == '\0');
  CHECK(region.owns(copy.data()));
}

TEST_CASE("everything that converts to a string_view is text") {
  CountingUpstream upstream;
  Region region{upstream};
  const char* const pointer = "pointer";
  CHECK(region.copy("literal") == "literal");
  CHECK(region.copy(pointer) == "pointer");
  CHECK(region.copy(std::string_view("view")) == "view");
  CHECK(region.concat("a", std::string("b"), pointer, std::string_view("c")) ==
        "abpointerc");
}

TEST_CASE("text may hold zero bytes") {
  CountingUpstream upstream;
  Region region{upstream};
  const std::string_view source{"a\0b", 3};
  CHECK(region.copy(source) == source);
  CHECK(region.concat(source, source).size() == 6);
}

TEST_CASE("a copy of nothing has data that is not null") {
  CountingUpstream upstream;
  Region region{upstream};
  for (const std::string_view empty :
       {region.copy(""), region.copy(std::string_view{}), region.concat(),
        region.concat("", std::string_view{})}) {
    REQUIRE(empty.data() != nullptr);
    CHECK(empty.empty());
    CHECK(*empty.data() == '\0');
  }
}

TEST_CASE("data is null when memory ran out") {
  CountingUpstream upstream{0};
  Region region{upstream};
  CHECK(region.copy("text").data() == nullptr);
  CHECK(region.copy("").data() == nullptr);
  CHECK(region.concat("a", "b").data() == nullptr);
  CHECK(region.ran_out());
}

TEST_CASE("sizes that add up to more than there is are refused") {
  CountingUpstream upstream;
  Region region{upstream};
  const std::string_view half{"x", SIZE_MAX / 2};
  const std::string_view one{"x", 1};
  CHECK(region.copy(std::string_view{"x", SIZE_MAX}).data() == nullptr);
  CHECK(region.concat(half, half, one).data() == nullptr);
  CHECK(region.concat(half, half, one, one).data() == nullptr);
  CHECK(region.concat(half, half, half).data() == nullptr);
  CHECK(region.held() == 0);
}

TEST_CASE("concat joins in order, whatever the parts' sizes") {
  CountingUpstream upstream;
  Region region{upstream};
  const std::string large(100000, 'L');
  const std::string_view joined = region.concat("<", large, "", ">");
  CHECK(joined == "<" + large + ">");
  CHECK(joined.data()[joined.size()] == '\0');
}
