// EXPECT tarn: no memory for a pool of this thread
// ONLY dev
#include "tarn/per_thread.hpp"

#include <sys/resource.h>

int main() {
  const rlimit nothing{1, 1};
  if (setrlimit(RLIMIT_AS, &nothing) != 0)
    return 1;
  tarn::PerThread<tarn::Region> set;
  if (set.local() != nullptr || tarn::Scratch::prepare())
    return 1;
  return (*set).allocate(1) != nullptr;
}
