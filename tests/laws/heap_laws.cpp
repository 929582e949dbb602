// The laws of heaps (heap_program.hpp): of the default one, of one's own, of a
// compact one and of one with a budget.
// ONLY linux
#include "laws/heap_program.hpp"

#include <chrono>

namespace tarn::test {

const ProgramShape shape{.programs = 8, .steps = 4000};

namespace {

// What stays: a few slabs of each class, pinned by what a thread has at hand.
constexpr std::size_t little = 16 * MiB;

// Asked once, since it takes until those who ended are given up.
void require_little() {
  for (int i = 0; i < 60 && space_stats().held > little; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    maintain(10'000'000);
  }
  law(space_stats().held <= little, "5: what is held comes back");
}

}  // namespace

void perform_all(std::span<const Step> steps) {
  {
    HeapProgram program;
    perform_each(program, steps);
  }
  while (maintain(10'000'000)) {
  }
  static int programs = 0;
  if (++programs != programs_of(shape))
    return;
  HeapProgram::end_threads();
  require_little();
}

}  // namespace tarn::test
