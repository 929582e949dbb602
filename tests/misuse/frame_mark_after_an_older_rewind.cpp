// EXPECT tarn: fault: rewind of a frame region to a stale mark (generation 2,
// now 2)
#include "tarn/frame_region.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::FrameRegion<2> frames{buffer};
  const auto older = frames.mark();
  static_cast<void>(frames.allocate(100));
  const auto younger = frames.mark();
  frames.rewind(older);
  // What lies there now still says what the mark said.
  static_cast<void>(frames.allocate(300));
  frames.rewind(younger);
}
