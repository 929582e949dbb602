// EXPECT tarn: fault: a frame region was written to at or before 0x*
#include "tarn/frame_region.hpp"

#include <cstring>

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::FrameRegion<2> frames{buffer};
  const auto older = frames.mark();
  void* const block = frames.allocate(32);
  static_cast<void>(frames.mark());
  std::memset(block, 'x', 64);
  frames.rewind(older);
}
