// EXPECT tarn: fault: alignment 5 is not a power of two
#include "tarn/region.hpp"

#include <cstring>
#include <unistd.h>

namespace {

// Sees the kind and the line that was written; when it returns, it is over.
void demand_line(tarn::Fault fault, const char* line) noexcept {
  const char* const want = "tarn: fault: alignment 5 is not a power of two\n";
  if (fault != tarn::Fault::bad_alignment || std::strcmp(line, want) != 0)
    _exit(1);
}

}  // namespace

int main() {
  tarn::set_fault_handler(demand_line);
  tarn::Region region;
  return region.allocate(8, 5) != nullptr;
}
