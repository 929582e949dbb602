// The laws of regions (region_program.hpp), over two upstreams: what stands on
// one does not merge with what stands on the other.
#include "laws/region_program.hpp"

namespace tarn::test {

const ProgramShape shape{.programs = 60, .steps = 4000};

void perform_all(std::span<const Step> steps) {
  Program program{Program::Lane::upstream};
  perform_each(program, steps);
}

}  // namespace tarn::test
