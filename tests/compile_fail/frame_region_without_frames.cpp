// EXPECT a frame region has a frame
#include "tarn/frame_region.hpp"

int main() {
  static std::byte buffer[64];
#ifdef TARN_ACCEPT
  tarn::FrameRegion<1> frames{buffer};
#else
  tarn::FrameRegion<0> frames{buffer};
#endif
  return frames.allocate(0) == nullptr;
}
