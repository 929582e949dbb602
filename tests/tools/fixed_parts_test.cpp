// fixed_parts_test.cpp - the parts of tarn compare --fixed that figures depend
// on.
//
// SPDX-License-Identifier: MIT
#include "fixed/attack_run.hpp"
#include "fixed/fits.hpp"
#include "fixed/instructions.hpp"
#include "fixed/measure.hpp"

#include <doctest/doctest.h>
#include <sstream>
#include <string>
#include <vector>

using namespace tarn::compare::fixed;

namespace {

const std::string head = "tarn fixed sequence 1\n";

std::string why_broken(const std::string& text) {
  try {
    static_cast<void>(read_sequences(text));
    return "";
  } catch (const BrokenSequence& broken) {
    return broken.what();
  }
}

Forced forced(const char* fit, const Limits& limits) {
  const auto subject =
      fit_named(fit).subject(std::size_t{limits.live} * limits.largest * 2);
  return force(*subject, limits);
}

}  // namespace

TEST_CASE("a sequence that was written is read as it was") {
  Sequence sequence{"half_fit", 5, 4, 7, 3, {{0, 1}, {2, 4}, {0, 0}, {1, 1}}};
  const std::vector<Sequence> read = read_sequences(
      text_of(sequence) + "\n# and once more\n" + text_of(sequence));
  REQUIRE(read.size() == 2);
  CHECK(text_of(read[1]) == text_of(sequence));
}

TEST_CASE("what lives at most is counted, whatever the head says") {
  const Sequence read =
      read_sequences(head + "live 9\na 0 2\na 1 3\nf 0\na 0 1\nend\n")[0];
  CHECK(read.live == 5);
  CHECK(read.largest == 3);
}

TEST_CASE("a broken sequence is told with its line and what is wrong") {
  CHECK(why_broken("") == "line 1: there is no sequence in it");
  CHECK(why_broken("\n# hm\na 1 1\n").starts_with("line 3: \"a 1 1\" is not"));
  CHECK(why_broken(head + "a 0 1\na 0 1\nend\n") ==
        "line 3: block 0 is there already");
  CHECK(why_broken(head + "f 3\nend\n") == "line 2: block 3 is not there");
  CHECK(why_broken(head + "a 0 zero\nend\n") ==
        "line 2: \"zero\" is no number from 1 to 4194304");
  CHECK(why_broken(head + "a 0 0\nend\n").find("no number from 1") !=
        std::string::npos);
  CHECK(why_broken(head + "a 0\nend\n") ==
        "line 2: a number is missing behind \"a\"");
  CHECK(why_broken(head + "f\nend\n").starts_with("line 2: a number"));
  CHECK(why_broken(head + "a 0 1 2\nend\n") ==
        "line 2: \"2\" is too much on this line");
  CHECK(why_broken(head + "a 0 1\n") == "line 2: the sequence has no \"end\"");
  CHECK(why_broken(head + "end\n") == "line 2: the sequence has no call");
  CHECK(why_broken(head + "size 3\n").find("is none of: fit") !=
        std::string::npos);
  CHECK(why_broken(head + "a 0 4194304\na 1 1\nend\n") ==
        "line 3: more than 4194304 granules live");
}

TEST_CASE("pins leave no place for the next size, and keep the highest") {
  // Eight blocks of one beside each other: two of them do for places of three,
  // and the highest keeps what was reached.
  std::vector<LiveBlock> blocks;
  for (std::uint32_t i = 0; i < 8; ++i)
    blocks.push_back({i, 1, i});
  const std::vector<bool> kept = pins_for(blocks, 3, false);
  std::uint32_t free = 0;
  std::uint32_t pins = 0;
  for (const bool keeps : kept) {
    free = keeps ? 0 : free + 1;
    pins += keeps ? 1 : 0;
    CHECK(free < 3);
  }
  CHECK(pins == 3);
  CHECK(kept.back());
}

TEST_CASE("aligned pins may leave a place that is not where one can begin") {
  const std::vector<LiveBlock> blocks{{0, 1, 0}, {1, 2, 1}, {3, 1, 2}};
  const std::vector<bool> kept = pins_for(blocks, 2, true);
  CHECK(kept == std::vector<bool>{true, false, true});
}

TEST_CASE("aligned first fit is forced to M (1 + lg n / 2), and no further") {
  const Limits limits{256, 16, false, 20};
  CHECK(forced("aligned_first_fit", limits).sequence.forces == 3 * 256);
}

TEST_CASE(
    "what is forced is refused by one granule less, and is within the "
    "bound") {
  for (const Fit& fit : all_fits()) {
    if (fit.subject == nullptr)
      continue;
    for (const bool any_size : {false, true}) {
      const Limits limits{128, 8, any_size, 5};
      const auto subject = fit.subject(128 * 24);
      const Forced found = force(*subject, limits);
      const Sequence again = read_sequences(text_of(found.sequence))[0];
      CHECK(again.live <= 128);
      CHECK(again.largest <= 8);
      CHECK(again.forces > 128);
      CHECK(least_heap(*subject, again, 128 * 24) == again.forces);
      if (!any_size)
        CHECK(again.forces <= fit.required({128, 8}));
    }
  }
}

TEST_CASE("workloads end what they make and ask for half of the heap") {
  for (const Workload& workload :
       {device_workload(65536), random_workload(65536)}) {
    std::vector<std::uint32_t> sizes(workload.slots);
    std::size_t asked = 0;
    std::size_t most = 0;
    for (const Call& call : workload.calls) {
      // A slot is used by one block at a time.
      CHECK((call.size == 0) == (sizes[call.slot] != 0));
      asked = asked + call.size - sizes[call.slot];
      sizes[call.slot] = call.size;
      most = asked > most ? asked : most;
    }
    CHECK(asked == 0);
    CHECK(most == workload.peak);
    CHECK(most > 65536 / 2 - 2048);
    CHECK(most < 65536 / 2 + 8192);
  }
}

TEST_CASE("what was refused is not among what is asked for by what lives") {
  const Workload workload{"three", {{0, 10}, {1, 20}, {2, 40}, {0, 0}}, 3, 0};
  int block = 0;
  CHECK(asked_by_living(workload, {&block, nullptr, &block}, 3) == 50);
  CHECK(asked_by_living(workload, {nullptr, nullptr, &block}, 4) == 40);
}

TEST_CASE("of a callgrind file each call counted has its cost and functions") {
  std::istringstream file(
      "part: 1\n\nfn=(1) main\n0 7\n\n"
      "part: 2\n\nsummary: 99\n\nfn=(1)\n0 3\n"
      "cfn=(2) _ZN16counted_allocateIhE\ncalls=1 0 \n0 41\n0 1\n\n"
      "fn=(2)\n0 2\ncfn=(3) take\ncalls=1 7 \n* 39\n\nfn=(3)\n7 39\n\n"
      "part: 3\n\nfn=(1)\n0 3\n"
      "cfn=(4) _ZN18counted_deallocateIhE\ncalls=1 0 \n0 17\n\n"
      "fn=(4)\n0 17\n");
  const std::vector<CountedCall> calls = read_counted_calls(file);
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].instructions == 41);
  CHECK(calls[0].functions ==
        std::set<std::string>{"_ZN16counted_allocateIhE", "take"});
  CHECK(calls[1].instructions == 17);
  CHECK(calls[1].functions.size() == 1);
}
