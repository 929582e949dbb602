// EXPECT tarn: fault: region 'r' reset inside its own reset
#include "tarn/region.hpp"

namespace {

struct Resets {
  explicit Resets(tarn::Region& r) : region(r) {}
  ~Resets() { region.reset(); }
  tarn::Region& region;
};

}  // namespace

int main() {
  tarn::Region region{{.name = "r"}};
  if (region.make<Resets>(region) == nullptr)
    return 1;
  region.reset();
}
