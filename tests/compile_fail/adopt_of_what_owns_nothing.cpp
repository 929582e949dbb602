// EXPECT this owns nothing: its destructor does nothing
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return 0;
#else
  return region.adopt(7) ? 0 : 1;
#endif
}
