// EXPECT tarn: fault: rewind of a frame region to a stale mark (generation 1,
// now 2)
#include "tarn/frame_region.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::FrameRegion<1> frames{buffer};
  const auto mark = frames.mark();
  frames.flip();
  // The record of this one lies where the stale one's did.
  static_cast<void>(frames.mark());
  frames.rewind(mark);
}
