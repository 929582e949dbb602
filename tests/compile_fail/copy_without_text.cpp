// EXPECT incomplete type 'tarn::v1::detail::TextDoor
// EXPECT implicit instantiation of undefined template 'tarn::detail::TextDoor
// ALONE
#ifdef TARN_ACCEPT
#  include "tarn/text.hpp"
#endif
#include "tarn/region.hpp"

int main() {
  tarn::Region region;
  const auto copy = region.copy("text");
  (void)copy;
}
