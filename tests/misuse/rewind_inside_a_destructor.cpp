// EXPECT tarn: fault: region '' rewound inside its own reset
#include "tarn/region.hpp"

namespace {

struct Rewinds {
  ~Rewinds() { region->rewind(mark); }
  tarn::Region* region = nullptr;
  tarn::Mark mark;
};

}  // namespace

int main() {
  tarn::Region region;
  const tarn::Mark mark = region.mark();
  auto* const rewinds = region.make<Rewinds>();
  if (rewinds == nullptr)
    return 1;
  rewinds->region = &region;
  rewinds->mark = mark;
  region.rewind(mark);
}
