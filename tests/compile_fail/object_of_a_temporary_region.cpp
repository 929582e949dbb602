// EXPECT use of deleted function
// EXPECT call to deleted member function
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return *region.make<int>(0);
#else
  return *tarn::Region{}.make<int>(0);
#endif
}
