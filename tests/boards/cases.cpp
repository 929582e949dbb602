// The cases of a unit test on a board, one after the other.
#include "boards/board.hpp"
#include "heap.hpp"

#include <doctest/doctest.h>

namespace {

board_test::Case* first_case = nullptr;
board_test::Case** last_case = &first_case;

struct Counts {
  unsigned cases;
  unsigned checks;
  unsigned failures;
  unsigned subcases_met;
  unsigned subcase_wanted;
};
constinit Counts counts{};

void tell_end() {
  board::write(counts.cases, " cases, ", counts.checks, " checks, ");
  board::write(counts.failures, " failed\n");
}

}  // namespace

namespace board_test {

Case::Case(const char* its_name, void (*its_function)())
    : name(its_name), function(its_function) {
  *last_case = this;
  last_case = &next;
}

bool check(bool holds, const char* what, const char* file, int line) {
  ++counts.checks;
  if (holds)
    return true;
  ++counts.failures;
  board::write(file, ":", static_cast<unsigned>(line), ": error: ");
  board::write(what, "\n");
  return false;
}

void end_early() {
  tell_end();
  board::exit(1);
}

bool enters_subcase() {
  return counts.subcases_met++ == counts.subcase_wanted;
}

}  // namespace board_test

int main() {
  const board_test::HeapMark at_start = board_test::heap_mark();
  for (board_test::Case* each = first_case; each != nullptr;
       each = each->next) {
    if (each->name == nullptr)
      continue;
    const unsigned before = counts.failures;
    counts.subcase_wanted = 0;
    do {
      counts.subcases_met = 0;
      each->function();
    } while (++counts.subcase_wanted < counts.subcases_met);
    board_test::begin_heap_anew(at_start);
    ++counts.cases;
    if (counts.failures != before)
      board::write("in the case: ", each->name, "\n");
  }
  tell_end();
  return counts.failures == 0 && counts.checks != 0 ? 0 : 1;
}
