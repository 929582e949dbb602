// What base/number.hpp promises.
// BOARD
#include "base/number.hpp"

#include <doctest/doctest.h>
#include <string>

namespace {

using namespace tarn::base;

// What is read, and what is left of the text.
struct Found {
  bool is_number;
  std::uint64_t number;
  std::string rest;
};

Found bytes(const char* text) {
  std::uint64_t number = 7;
  const bool is_number = read_bytes(text, number);
  return {is_number, number, text};
}

TEST_CASE("a number may have a unit, in either case, with iB or B behind it") {
  CHECK(bytes("4096").number == 4096);
  CHECK(bytes("64K").number == 64 << 10);
  CHECK(bytes("3m").number == 3 << 20);
  CHECK(bytes("2GiB").number == std::uint64_t{2} << 30);
  CHECK(bytes("1TB").number == std::uint64_t{1} << 40);
  CHECK(bytes("12B").number == 12);
}

TEST_CASE("what is behind the number stays") {
  CHECK(bytes("64K,128K").rest == ",128K");
  CHECK(bytes("5Mi").rest == "i");
}

TEST_CASE("what is no number changes nothing") {
  for (const char* text :
       {"", "K", "-1", " 1", "18446744073709551616", "16777216T"}) {
    CHECK_FALSE(bytes(text).is_number);
    CHECK(bytes(text).number == 7);
    CHECK(bytes(text).rest == text);
  }
  CHECK(bytes("18446744073709551615").is_number);
}

}  // namespace
