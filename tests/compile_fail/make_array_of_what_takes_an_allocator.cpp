// EXPECT make<std::pmr::vector<T>>() makes arrays of such things
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include <memory_resource>
#include <string>
#include <vector>

int main() {
  tarn::Region region;
#ifdef TARN_ACCEPT
  return region.make<std::pmr::vector<std::pmr::string>>() == nullptr;
#else
  return region.make_array<std::pmr::string>(2) == nullptr;
#endif
}
