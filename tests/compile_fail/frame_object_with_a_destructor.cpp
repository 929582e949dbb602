// EXPECT no destructor runs here
#include "tarn/frame_region.hpp"

namespace {

struct Owner {
#ifndef TARN_ACCEPT
  ~Owner() {
    *told = 1;
  }
#endif
  int* told = nullptr;
};

}  // namespace

int main() {
  static std::byte buffer[64];
  tarn::FrameRegion<2> frames{buffer};
  return frames.make<Owner>() == nullptr;
}
