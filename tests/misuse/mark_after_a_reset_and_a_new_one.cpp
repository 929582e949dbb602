// EXPECT tarn: fault: rewind of region '' to a stale mark (generation 1, now 2)
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  const tarn::Mark mark = region.mark();
  region.reset();
  if (!region.mark())
    return 1;
  region.rewind(mark);
}
