// EXPECT tarn: fault: alignment 3 is not a power of two
// ONLY linux
#include "tarn/region.hpp"

#include <cstring>
#include <unistd.h>

namespace {

int kept = -1;

// The line could not be written, so that what comes is the handler's.
void tell_elsewhere(tarn::Fault, const char* line) noexcept {
  if (write(kept, line, std::strlen(line)) < 0)
    _exit(1);
}

}  // namespace

int main() {
  kept = dup(STDERR_FILENO);
  int ends[2];
  if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0)
    return 1;
  close(ends[0]);
  tarn::set_fault_handler(tell_elsewhere);
  tarn::Region region;
  return region.allocate(8, 3) != nullptr;
}
