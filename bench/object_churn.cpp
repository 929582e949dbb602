// object_churn.cpp - what does an object of 64 bytes cost, acquired and
// released by its thread?
//
//     bench_object_churn --door DOOR  (tarn, tarn-each, tarn-cpu, tarn-costly,
//                            tarn-steady, list, heap, malloc, foonathan, boost,
//                            boost-locked, pmr)
//                        --pattern random|lifo|fifo|pair [--threads 1]
//
// The orders are those of support/object_worker.hpp. Prints nanoseconds by the
// wall for one acquire with its release, in each thread. With --pairs the loop
// runs in tarn_bench_measured, for tools that count instructions.
// SPDX-License-Identifier: MIT
#include "support/object_worker.hpp"
#include "support/together.hpp"

using namespace tarn::bench;

// Unmangled and not inlined, so that a tool can be told its name.
extern "C" [[gnu::noinline]] void tarn_bench_measured(void (*work)(void*),
                                                      void* with) {
  work(with);
}

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t counted = arguments.number("--pairs", 0);
  const std::size_t pairs =
      counted != 0 ? counted : arguments.number("--slice", 200'000);
  const std::string pattern = arguments.text("--pattern", "random");
  with_object_door(arguments.text("--door", "tarn"), [&]<class Door>() {
    if (counted != 0) {
      Worker<Door> worker{pattern, pairs, 0};
      worker.work();
      tarn_bench_measured(
          [](void* it) { static_cast<Worker<Door>*>(it)->work(); }, &worker);
      return;
    }
    const Slice spent = typical(
        work_together(arguments.number("--threads", 1),
                      arguments.number("--slices", 11), [&](std::size_t i) {
                        return Worker<Door>{pattern, pairs, i};
                      }));
    std::printf("%.3f\n", spent.wall_ns / static_cast<double>(pairs));
  });
}
