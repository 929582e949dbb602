// EXPECT tarn: fault: a Scratch ended out of order (depth 1, now 2)
#include "tarn/per_thread.hpp"

#include <memory>

int main() {
  auto outer = std::make_unique<tarn::Scratch>();
  const tarn::Scratch inner;
  outer.reset();
}
