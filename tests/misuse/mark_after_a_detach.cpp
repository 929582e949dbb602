// EXPECT tarn: fault: rewind of region '' to a stale mark (generation 1, now 1)
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  const tarn::Mark mark = region.mark();
  const tarn::DetachedRegion detached = region.detach();
  region.rewind(mark);
}
