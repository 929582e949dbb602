// EXPECT tarn: fault: rewind of a frame region to a stale mark (generation 1,
// now 2)
#include "tarn/fixed.h"

int main() {
  static uint64_t buffer[100];
  tarn_frame_region frames;
  tarn_frame_region_init(&frames, buffer, sizeof buffer, 1);
  tarn_frame_mark mark;
  tarn_frame_mark newer;
  tarn_frame_region_mark(&frames, &mark);
  tarn_frame_region_flip(&frames);
  // The record of this one lies where the stale one's did.
  tarn_frame_region_mark(&frames, &newer);
  tarn_frame_region_rewind(&frames, mark);
}
