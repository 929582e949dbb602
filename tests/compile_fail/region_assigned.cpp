// EXPECT use of deleted function 'tarn::v1::Region& tarn::v1::Region::operator=
// EXPECT overload resolution selected deleted operator '='
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  tarn::Region other;
#ifndef TARN_ACCEPT
  other = region;
#endif
}
