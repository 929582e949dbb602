// EXPECT tarn: fault: rewind of a double-ended stack to a stale mark
// (generation 1, now 2)
#include "tarn/fixed.h"

int main() {
  static uint64_t buffer[100];
  tarn_double_ended_stack stack;
  tarn_double_ended_stack_init(&stack, buffer, sizeof buffer);
  tarn_high_mark mark;
  tarn_high_mark newer;
  tarn_double_ended_stack_mark_high(&stack, &mark);
  tarn_double_ended_stack_reset_high(&stack);
  // The record of this one lies where the stale one's did.
  tarn_double_ended_stack_mark_high(&stack, &newer);
  tarn_double_ended_stack_rewind_high(&stack, mark);
}
