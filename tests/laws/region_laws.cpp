// Any program of operations on several regions and their children keeps the
// laws of a region. The same program runs here from a seed and under the fuzzer
// from its bytes; every public mutator is a step.
//
//   live blocks never overlap and keep what was written in them, given-up ones
//   that are older than a mark too; cleanups run exactly once, in their order;
//   held() is what the upstream lent for the region, used is what its blocks
//   take; ran_out() tells what ran out; a call fails only when the upstream
//   refused; check() holds after every step.
#include "support/region_program.hpp"

using tarn::test::Bytes;
using tarn::test::RegionProgram;

namespace {

void run(const std::uint8_t* data, std::size_t size) {
  Bytes bytes{data, size};
  RegionProgram program{bytes};
  while (!bytes.is_empty())
    program.step();
  program.finish();
}

}  // namespace

#ifdef TARN_FUZZ
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  run(data, size);
  return 0;
}
#else
int main(int argc, char** argv) {
  tarn::test::run_seeded(argc, argv, 150, 4000, run);
}
#endif
