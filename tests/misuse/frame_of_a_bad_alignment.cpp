// EXPECT tarn: fault: alignment 24 is not a power of two
#include "tarn/frame_region.hpp"

int main() {
  alignas(16) static std::byte buffer[1024];
  tarn::FrameRegion<2> frames{buffer};
  static_cast<void>(frames.allocate(8, 24));
}
