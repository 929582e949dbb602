/* What fixed.h promises, in the words of C99 that are C++ as well: it is built
 * as both. Says what does not hold, and ends with how often that was. */
#include "tarn/fixed.h"

#include <stdio.h>
#include <string.h>

static int wrong = 0;

#define CHECK(holds) \
  ((holds) ? (void)0 \
           : (void)(++wrong, printf("line %d: not %s\n", __LINE__, #holds)))

static uint64_t buffer[2048];
static uint64_t other[512];
static tarn_fixed_heap heap;

static void heap_keeps_its_promises(const tarn_fit* fit) {
  CHECK(tarn_fixed_heap_init(&heap, fit, buffer, sizeof buffer));
  const size_t most = tarn_fixed_heap_largest_free(&heap);
  CHECK(most > sizeof buffer / 4);
  char* const line = (char*)tarn_fixed_heap_allocate(&heap, 80);
  CHECK(line != NULL && (uintptr_t)line % 16 == 0);
  CHECK(tarn_fixed_heap_size_of(&heap, line) >= 80);
  CHECK(tarn_fixed_heap_size_of(&heap, line + 16) == 0);
  CHECK(tarn_fixed_heap_owns(&heap, line + 79));
  CHECK(!tarn_fixed_heap_owns(&heap, other));
  memset(line, 'x', 80);
  void* const page = tarn_fixed_heap_allocate_aligned(&heap, 100, 64);
  CHECK(page == NULL || (uintptr_t)page % 64 == 0);
  CHECK(tarn_fixed_heap_try_expand(&heap, line, 80));
  char* const longer = (char*)tarn_fixed_heap_reallocate(&heap, line, 800);
  CHECK(longer != NULL && longer[0] == 'x' && longer[79] == 'x');
  CHECK(tarn_fixed_heap_allocate(&heap, sizeof buffer) == NULL);

  tarn_fixed_stats stats;
  tarn_fixed_heap_stats(&heap, &stats);
  CHECK(stats.used >= 800 && stats.peak >= stats.used);
  CHECK(stats.size <= sizeof buffer && stats.size > sizeof buffer / 2);
  /* aligned_first_fit has no larger alignment than its buffer. */
  CHECK(stats.refusals == (page == NULL ? 2u : 1u));
  CHECK(stats.largest_request >= 800 && stats.largest_request <= 808);

  CHECK(tarn_fixed_heap_add_buffer(&heap, other, sizeof other));
  CHECK(tarn_fixed_heap_check(&heap));
  CHECK(tarn_fixed_heap_check_step(&heap, 4));
  tarn_fixed_heap_deallocate(&heap, longer);
  tarn_fixed_heap_deallocate(&heap, page);
  tarn_fixed_heap_deallocate(&heap, NULL);
  CHECK(tarn_fixed_heap_largest_free(&heap) == most);
  tarn_fixed_heap_destroy(&heap);
  CHECK(tarn_fixed_heap_allocate(&heap, 1) == NULL);
  CHECK(!tarn_fixed_heap_init(&heap, fit, buffer, 8));
  CHECK(tarn_fixed_heap_allocate(&heap, 1) == NULL);
  CHECK(tarn_fixed_heap_reallocate(&heap, NULL, 1) == NULL);
  tarn_fixed_heap_destroy(&heap);
}

static void pool_keeps_its_promises(void) {
  static uint64_t memory[(TARN_SLOT_POOL_BYTES(24, 10) + 7) / 8];
  tarn_slot_pool pool;
  CHECK(tarn_slot_pool_init(&pool, memory, TARN_SLOT_POOL_BYTES(24, 10), 24));
  CHECK(tarn_slot_pool_largest_free(&pool) == 24);
  void* slots[10];
  for (int i = 0; i < 10; ++i) {
    slots[i] = tarn_slot_pool_allocate(&pool);
    CHECK(slots[i] != NULL && tarn_slot_pool_owns(&pool, slots[i]));
  }
  CHECK(tarn_slot_pool_allocate(&pool) == NULL);
  CHECK(tarn_slot_pool_size_of(&pool, slots[3]) == 24);
  void* volatile former = slots[3]; /* of which compilers know nothing */
  tarn_slot_pool_deallocate(&pool, former);
  CHECK(tarn_slot_pool_size_of(&pool, former) == 0);
  CHECK(tarn_slot_pool_allocate(&pool) == former);
  tarn_slot_pool_deallocate(&pool, slots[7]);
  tarn_slot_pool_deallocate(&pool, NULL);
  CHECK(tarn_slot_pool_check(&pool) && tarn_slot_pool_check_step(&pool, 20));

  tarn_slot_stats stats;
  tarn_slot_pool_stats(&pool, &stats);
  CHECK(stats.slot == 24 && stats.slots == 10 && stats.in_use == 9);
  CHECK(stats.peak == 10 && stats.refusals == 1);
  tarn_slot_pool_destroy(&pool);
  CHECK(tarn_slot_pool_allocate(&pool) == NULL);
  CHECK(!tarn_slot_pool_init(&pool, memory, 16, 24));
  CHECK(tarn_slot_pool_init_aligned(&pool, memory, sizeof memory, 20, 8));
  CHECK(tarn_slot_pool_largest_free(&pool) == 24);
}

static void frames_keep_their_promises(void) {
  tarn_frame_region frames;
  CHECK(tarn_frame_region_init(&frames, other, sizeof other, 3));
  const size_t frame = tarn_frame_region_largest_free(&frames);
  CHECK(frame % 16 == 0 && frame > sizeof other / 3 - 32);
  char* const first = (char*)tarn_frame_region_allocate(&frames, 100);
  CHECK(first != NULL && (uintptr_t)first % 16 == 0);
  CHECK(tarn_frame_region_owns(&frames, first + 99));
  CHECK(!tarn_frame_region_owns(&frames, buffer));
  char* const page = (char*)tarn_frame_region_allocate_aligned(&frames, 8, 64);
  CHECK(page != NULL && (uintptr_t)page % 64 == 0);

  tarn_frame_mark before;
  CHECK(tarn_frame_region_mark(&frames, &before));
  void* const work = tarn_frame_region_allocate(&frames, 50);
  tarn_frame_region_rewind(&frames, before);
  CHECK(work != NULL && tarn_frame_region_allocate(&frames, 50) == work);
  tarn_frame_region_rewind(&frames, before);
  CHECK(tarn_frame_region_allocate(&frames, frame) == NULL);
  const size_t rest = tarn_frame_region_largest_free(&frames);
  CHECK(tarn_frame_region_allocate(&frames, rest) != NULL);
  tarn_frame_mark none;
  CHECK(!tarn_frame_region_mark(&frames, &none));
  CHECK(none.opaque[0] == 0 && none.opaque[1] == 0);
  tarn_frame_region_rewind(&frames, none);

  tarn_frame_stats stats;
  tarn_frame_region_stats(&frames, &stats);
  CHECK(stats.size == frame && stats.used == frame && stats.peak == frame);
  CHECK(stats.refusals == 2 && tarn_frame_region_check(&frames));
  tarn_frame_region_flip(&frames);
  CHECK(tarn_frame_region_allocate(&frames, 1) == first + frame);
  tarn_frame_region_flip(&frames);
  tarn_frame_region_flip(&frames);
  CHECK(tarn_frame_region_allocate(&frames, frame) == first);
  tarn_frame_region_reset(&frames);
  CHECK(tarn_frame_region_largest_free(&frames) == frame);
  tarn_frame_region_destroy(&frames);
  CHECK(tarn_frame_region_allocate(&frames, 1) == NULL);
  CHECK(!tarn_frame_region_init(&frames, other, sizeof other, 0));
  tarn_frame_region_flip(&frames);
  CHECK(tarn_frame_region_allocate(&frames, 1) == NULL);
  CHECK(!tarn_frame_region_init(&frames, other, 40, 3));
}

static void stack_keeps_its_promises(void) {
  tarn_double_ended_stack stack;
  CHECK(tarn_double_ended_stack_init(&stack, other, sizeof other));
  const size_t most = tarn_double_ended_stack_largest_free(&stack);
  CHECK(most % 16 == 0 && most > sizeof other - 32);
  char* const low = (char*)tarn_double_ended_stack_allocate_low(&stack, 100);
  char* const high = (char*)tarn_double_ended_stack_allocate_high(&stack, 100);
  CHECK(low != NULL && (uintptr_t)low % 16 == 0);
  CHECK(high != NULL && (uintptr_t)high % 16 == 0 && high > low + 99);
  CHECK(tarn_double_ended_stack_owns_low(&stack, low + 99));
  CHECK(!tarn_double_ended_stack_owns_low(&stack, high));
  CHECK(tarn_double_ended_stack_owns_high(&stack, high + 99));
  CHECK(!tarn_double_ended_stack_owns_high(&stack, low));

  tarn_low_mark level;
  tarn_high_mark moment;
  CHECK(tarn_double_ended_stack_mark_low(&stack, &level));
  CHECK(tarn_double_ended_stack_mark_high(&stack, &moment));
  const size_t between = tarn_double_ended_stack_largest_free(&stack);
  char* page =
      (char*)tarn_double_ended_stack_allocate_low_aligned(&stack, 8, 64);
  CHECK(page != NULL && (uintptr_t)page % 64 == 0);
  page = (char*)tarn_double_ended_stack_allocate_high_aligned(&stack, 8, 64);
  CHECK(page != NULL && (uintptr_t)page % 64 == 0);
  CHECK(tarn_double_ended_stack_allocate_low(&stack, between) == NULL);
  CHECK(tarn_double_ended_stack_allocate_high(&stack, between) == NULL);
  CHECK(tarn_double_ended_stack_check(&stack));
  tarn_double_ended_stack_rewind_high(&stack, moment);
  tarn_double_ended_stack_rewind_low(&stack, level);
  CHECK(tarn_double_ended_stack_largest_free(&stack) == between);
  CHECK(tarn_double_ended_stack_allocate_low(&stack, between) != NULL);
  /* Nothing was made at the high end since, so that its mark is there. */
  CHECK(tarn_double_ended_stack_mark_high(&stack, &moment));
  tarn_low_mark none;
  CHECK(!tarn_double_ended_stack_mark_low(&stack, &none));
  CHECK(none.opaque[0] == 0 && none.opaque[1] == 0);
  tarn_double_ended_stack_rewind_low(&stack, none);

  tarn_stack_stats stats;
  tarn_double_ended_stack_stats(&stack, &stats);
  CHECK(stats.size == most && stats.used <= most && stats.peak == stats.used);
  CHECK(stats.low + stats.high == stats.used && stats.high >= 100);
  CHECK(stats.refusals == 3);
  tarn_double_ended_stack_reset_low(&stack);
  tarn_double_ended_stack_reset_high(&stack);
  CHECK(tarn_double_ended_stack_largest_free(&stack) == most);
  tarn_double_ended_stack_destroy(&stack);
  CHECK(tarn_double_ended_stack_allocate_low(&stack, 1) == NULL);
  CHECK(tarn_double_ended_stack_allocate_high(&stack, 1) == NULL);
  CHECK(!tarn_double_ended_stack_init(&stack, other, 8));
}

static void finding_has_its_line(void) {
  char line[80];
  const tarn_finding none = {
      TARN_FAULT_BAD_ALIGNMENT, 1, NULL, NULL, {3, 0}, NULL, {0, 0}};
  CHECK(tarn_fault_text(&none, line, sizeof line) == strlen(line));
  CHECK(strcmp(line, "tarn: fault: alignment 3 is not a power of two") == 0);
}

int main(void) {
  const tarn_fit* const fits[] = {tarn_aligned_first_fit(),
                                  tarn_half_fit(),
                                  tarn_two_level(),
                                  tarn_buddy(),
                                  tarn_first_fit(),
                                  tarn_next_fit(),
                                  tarn_best_fit(),
                                  tarn_aligned_first_fit_with_canaries(),
                                  tarn_half_fit_with_canaries(),
                                  tarn_two_level_with_canaries(),
                                  tarn_buddy_with_canaries()};
  for (size_t i = 0; i < sizeof fits / sizeof *fits; ++i)
    heap_keeps_its_promises(fits[i]);
  pool_keeps_its_promises();
  frames_keep_their_promises();
  stack_keeps_its_promises();
  finding_has_its_line();
  printf("%d promises of fixed.h do not hold\n", wrong);
  return wrong != 0;
}
