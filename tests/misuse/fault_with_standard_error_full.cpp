// EXPECT tarn: fault: alignment 3 is not a power of two
#include "tarn/region.hpp"

#include <cstring>
#include <fcntl.h>
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
  if (dup2(open("/dev/full", O_WRONLY), STDERR_FILENO) < 0)
    return 1;
  tarn::set_fault_handler(tell_elsewhere);
  tarn::Region region;
  return region.allocate(8, 3) != nullptr;
}
