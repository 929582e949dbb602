// EXPECT incomplete type 'tarn::v1::detail::AllocatorDoor
// EXPECT implicit instantiation of undefined template
// ALONE
#ifdef TARN_ACCEPT
#  include "tarn/pmr.hpp"
#endif
#include "tarn/region.hpp"

#include <memory_resource>
#include <vector>

int main() {
  tarn::Region region;
  return region.make<std::pmr::vector<int>>() == nullptr;
}
