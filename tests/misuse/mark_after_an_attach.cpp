// EXPECT tarn: fault: rewind of region '' to a stale mark (generation 1, now 1)
#include "tarn/region.hpp"

#include <utility>

int main() {
  tarn::Region region;
  tarn::Region other;
  const tarn::Mark mark = other.mark();
  if (!region.attach(other.detach()) || !other.attach(region.detach()))
    return 1;
  other.rewind(mark);
}
