// EXPECT tarn: fault: region '' ended before its child ''
#include "tarn/region.hpp"

#include <optional>

int main() {
  auto parent = std::optional<tarn::Region>{std::in_place};
  const tarn::Region child{tarn::child_of(*parent)};
  parent.reset();
}
