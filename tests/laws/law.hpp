// law.hpp - what every file of laws shares: the step, a broken law, the start.
//
// A file of laws includes this once, says in `shape` how many programs of how
// many steps make a seeded test, and defines perform_all(). The same steps come
// from a seed here and from the fuzzer's bytes under TARN_FUZZ.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/build.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

namespace tarn::test {

struct Step {
  std::uint8_t kind;     // what to do
  std::uint8_t which;    // to whom
  std::uint16_t amount;  // how much, and what else is to be chosen
};

struct ProgramShape {
  int programs;
  std::size_t steps;
};

/// An emulated board is slow, and so is who looks at each access.
[[nodiscard]] constexpr int programs_of(const ProgramShape& shape) {
  if constexpr (__STDC_HOSTED__ == 0)
    return 3;
  return base::is_instrumented ? (shape.programs + 3) / 4 : shape.programs;
}

/// Both are the including file's.
extern const ProgramShape shape;
void perform_all(std::span<const Step> steps);

/// The step at work, counted from 0: a broken law tells it.
inline std::size_t step_number = 0;

inline void law(bool holds, const char* name) {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "law %s: broken at step %zu\n", name, step_number);
  std::abort();
}

/// The steps in their order, by a program that has performed none.
template <class Program>
void perform_each(Program& program, std::span<const Step> steps) {
  step_number = 0;
  for (const Step step : steps) {
    program.perform(step);
    ++step_number;
  }
}

/// A size of any order of magnitude from 0 up to 2 to the power `most_bits`,
/// small ones no rarer than large ones. Every `amount` names another one.
inline std::size_t spread(std::uint16_t amount, unsigned most_bits) {
  const unsigned bits = amount % (most_bits + 1);
  return std::size_t{amount} * 2654435761u % (std::size_t{1} << bits);
}

}  // namespace tarn::test

#ifdef TARN_FUZZ
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::vector<tarn::test::Step> steps;
  for (std::size_t i = 0; i + 4 <= size; i += 4)
    steps.push_back(
        {data[i], data[i + 1],
         static_cast<std::uint16_t>(data[i + 2] | data[i + 3] << 8)});
  tarn::test::perform_all(steps);
  return 0;
}
#else
int main(int argc, char** argv) {
  const unsigned seed =
      argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1u;
  std::printf("seed %u\n", seed);
  std::mt19937 random{seed};
  std::vector<tarn::test::Step> steps(tarn::test::shape.steps);
  for (int i = 0; i < tarn::test::programs_of(tarn::test::shape); ++i) {
    for (tarn::test::Step& step : steps)
      step = {static_cast<std::uint8_t>(random()),
              static_cast<std::uint8_t>(random()),
              static_cast<std::uint16_t>(random())};
    tarn::test::perform_all(steps);
  }
  return 0;  // on a board main is a function as others
}
#endif
