// What checks.hpp promises that does not end the process; tests/misuse holds
// the rest.
// BOARD
#include "tarn/fault.h"

#include "tarn/checks.hpp"

#include "base/text.hpp"
#include "port/fault.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <string>

namespace {

void first(tarn::Fault, const char*) noexcept {}
void second(tarn::Fault, const char*) noexcept {}

}  // namespace

TEST_CASE("set_fault_handler gives the former one") {
  CHECK((tarn::set_fault_handler(first) == nullptr));
  CHECK((tarn::set_fault_handler(second) == first));
  CHECK((tarn::set_fault_handler(nullptr) == second));
  CHECK((tarn::set_fault_handler(nullptr) == nullptr));
}

TEST_CASE("a line holds texts, numbers and addresses") {
  tarn::base::Line line;
  line << "n " << std::uint64_t{0} << " " << UINT64_MAX << " "
       << tarn::base::Hex{reinterpret_cast<void*>(0x7f00ab)} << " "
       << tarn::base::Hex{nullptr};
  CHECK(std::string(line.text()) == "n 0 18446744073709551615 0x7f00ab 0x0");
  CHECK(line.size() == std::string(line.text()).size());
}

TEST_CASE("a line writes a number in all its digits") {
  for (std::uint64_t n = 1; n != 0; n *= 2)
    for (const std::uint64_t number : {n - 1, n, n / 3 * 2, n + n / 7}) {
      tarn::base::Line line;
      line << number;
      CHECK(std::string(line.text()) == std::to_string(number));
    }
}

TEST_CASE("what does not fit a line is cut off") {
  tarn::base::Line line;
  for (int i = 0; i < 100; ++i)
    line << "0123456789";
  CHECK(line.size() == tarn::base::Line::capacity - 1);
  CHECK(std::string(line.text()).size() == line.size());
}

TEST_CASE("the line of a finding is written as snprintf would") {
  tarn_finding found{};
  found.fault = TARN_FAULT_CORRUPTED;
  found.sentence =
      static_cast<std::uint32_t>(tarn::port::Sentence::written_slots);
  found.place = reinterpret_cast<void*>(0x2000);
  found.numbers[0] = 77;
  found.numbers[1] = 32;
  const std::string whole =
      "tarn: fault: a free slot of the slot pool at 0x2000 was written to: its "
      "next one is 77 of 32";
  char text[200];
  CHECK(tarn_fault_text(&found, text, sizeof text) == whole.size());
  CHECK(text == whole);
  char some[13] = "............";
  CHECK(tarn_fault_text(&found, some, 12) == whole.size());
  CHECK(some == std::string("tarn: fault"));
  CHECK(tarn_fault_text(&found, nullptr, 0) == whole.size());
  found.text = "own words";
  CHECK(tarn_fault_text(&found, text, sizeof text) == 22);
  CHECK(text == std::string("tarn: fault: own words"));
}
