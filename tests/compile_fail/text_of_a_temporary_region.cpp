// EXPECT use of deleted function
// EXPECT call to deleted member function
// EXPECT attempt to use a deleted function
#include "tarn/text.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.copy("a").size() == 1;
#else
  return tarn::Region{}.copy("a").size() == 1;
#endif
}
