// EXPECT address of stack memory associated with local variable
// ONLY Clang
#include "tarn/text.hpp"

std::string_view path(tarn::Region& kept, std::string_view raw) {
  tarn::Region region;
#ifdef TARN_ACCEPT
  static_cast<void>(region);
  return kept.copy(raw);
#else
  static_cast<void>(kept);
  return region.copy(raw);
#endif
}
