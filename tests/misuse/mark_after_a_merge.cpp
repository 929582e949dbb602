// EXPECT tarn: fault: rewind of region '' to a stale mark (generation 1, now 1)
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  tarn::Region other;
  const tarn::Mark mark = other.mark();
  if (!region.merge(other))
    return 1;
  other.rewind(mark);
}
