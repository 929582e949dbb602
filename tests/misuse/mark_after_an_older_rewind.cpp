// EXPECT tarn: fault: rewind of region '' to a stale mark (generation 2, now 3)
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  const tarn::Mark first = region.mark();
  if (region.allocate(8) == nullptr)
    return 1;
  const tarn::Mark second = region.mark();
  region.rewind(first);
  if (region.allocate(8) == nullptr)
    return 1;
  const tarn::Mark third = region.mark();
  region.rewind(third);
  region.rewind(second);
}
