// EXPECT tarn: fault: region 'r' rewound inside its own reset
#include "tarn/region.hpp"

namespace {

struct Marked {
  tarn::Region region{{.name = "r"}};
  tarn::Mark mark;
};

}  // namespace

int main() {
  Marked marked;
  marked.mark = marked.region.mark();
  const auto cleanup = [](void* p) noexcept {
    auto* const all = static_cast<Marked*>(p);
    all->region.rewind(all->mark);
  };
  if (!marked.region.on_reset(cleanup, &marked))
    return 1;
  marked.region.reset();
}
