// EXPECT tarn: broken invariant: a slab that its word can describe
// ONLY dev
#include "slab/slab.hpp"

int main() {
  static std::byte memory[16];
  tarn::slab::Slab slab;
  slab.start(memory, tarn::slab::largest_slab, 16, 1, 1);
}
