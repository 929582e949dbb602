/* fixed.h - the pools of a fixed budget, for C on any machine.
 *
 * Inside a buffer of yours, in bounded time, without an operating system. The
 * structs are opaque and of a fixed size, with room to spare; init and destroy
 * bracket their lives, and init must have been called before anything else.
 * What each function does, costs and promises is said in fixed_heap.hpp,
 * slot_pool.hpp, frame_region.hpp and double_ended_stack.hpp, at the function
 * of the same name. C99 will do.
 *
 *     static unsigned char buffer[20 * 1024];
 *     static tarn_fixed_heap heap;
 *
 *     tarn_fixed_heap_init(&heap, tarn_half_fit(), buffer, sizeof buffer);
 *     char* line = tarn_fixed_heap_allocate(&heap, 80);
 *     tarn_fixed_heap_deallocate(&heap, line);
 *
 * A fit is asked for by a function, so that a program has in it those that it
 * names and no other. How large the buffer must be is a constant of C++ alone;
 * docs/fixed.md says how a C program gets it.
 *
 * An InterruptSlotPool is not here: how many slots it has, how large they are,
 * and how interrupts go off where a core has no compare-and-swap are parts of
 * its C++ type. From C switch them off around the calls of a tarn_slot_pool,
 * which are short and bounded, or keep one in a C++ source of yours, behind two
 * functions.
 *
 * Cost     the pools' own, one call each, and for heaps one through a pointer.
 * Threads  confined: where calls come from several tasks, hold a lock of yours.
 * Failure  NULL or false. Misuse is a fault: fault.h.
 * SPDX-License-Identifier: MIT
 */
#ifndef TARN_FIXED_H
#define TARN_FIXED_H

#include "tarn/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Compilers that know it warn of a block given back to another function, twice,
 * or used after that; fortified builds see where it ends. */
#ifndef TARN_GIVEN_BACK_BY
#  if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11
#    define TARN_GIVEN_BACK_BY(function) \
      __attribute__((__malloc__(function, 2)))
#  else
#    define TARN_GIVEN_BACK_BY(function)
#  endif
#endif
#ifndef TARN_SIZED_BY
#  ifdef __GNUC__
#    define TARN_SIZED_BY(parameter) __attribute__((__alloc_size__(parameter)))
#  else
#    define TARN_SIZED_BY(parameter)
#  endif
#endif

/* How a heap finds room. */
typedef struct tarn_fit tarn_fit;

const tarn_fit* tarn_aligned_first_fit(void); /* the least in searches */
const tarn_fit* tarn_half_fit(void);          /* the fewest instructions */
const tarn_fit* tarn_two_level(void);         /* the least rounding */
const tarn_fit* tarn_buddy(void);             /* the least by proof */

/* The classics, whose time grows with the pieces: not for real time. */
const tarn_fit* tarn_first_fit(void);
const tarn_fit* tarn_next_fit(void);
const tarn_fit* tarn_best_fit(void);

/* The bounded ones with a canary behind each block: an overflow is a fault when
 * the block is given back, and false from check and check_step. 8 bytes a
 * block. */
const tarn_fit* tarn_aligned_first_fit_with_canaries(void);
const tarn_fit* tarn_half_fit_with_canaries(void);
const tarn_fit* tarn_two_level_with_canaries(void);
const tarn_fit* tarn_buddy_with_canaries(void);

typedef struct tarn_fixed_heap {
  uint64_t opaque[32];
} tarn_fixed_heap;

/* False: `buffer` has no room for a block, and the heap is one without memory,
 * which refuses everything. The buffer must outlive the heap. */
bool tarn_fixed_heap_init(tarn_fixed_heap* heap, const tarn_fit* fit,
                          void* buffer, size_t size);
/* All blocks end; the buffers are yours again. */
void tarn_fixed_heap_destroy(tarn_fixed_heap* heap);
bool tarn_fixed_heap_add_buffer(tarn_fixed_heap* heap, void* buffer,
                                size_t size);

void tarn_fixed_heap_deallocate(tarn_fixed_heap* heap, void* p);
void* tarn_fixed_heap_allocate(tarn_fixed_heap* heap, size_t size)
    TARN_GIVEN_BACK_BY(tarn_fixed_heap_deallocate) TARN_SIZED_BY(2);
void* tarn_fixed_heap_allocate_aligned(tarn_fixed_heap* heap, size_t size,
                                       size_t align)
    TARN_GIVEN_BACK_BY(tarn_fixed_heap_deallocate) TARN_SIZED_BY(2);
void* tarn_fixed_heap_reallocate(tarn_fixed_heap* heap, void* p, size_t size)
    TARN_GIVEN_BACK_BY(tarn_fixed_heap_deallocate) TARN_SIZED_BY(3);
bool tarn_fixed_heap_try_expand(tarn_fixed_heap* heap, void* p, size_t size);

bool tarn_fixed_heap_owns(const tarn_fixed_heap* heap, const void* p);
size_t tarn_fixed_heap_size_of(const tarn_fixed_heap* heap, const void* p);
size_t tarn_fixed_heap_largest_free(tarn_fixed_heap* heap);
bool tarn_fixed_heap_check(const tarn_fixed_heap* heap);
bool tarn_fixed_heap_check_step(tarn_fixed_heap* heap, size_t blocks);

/* FixedHeapStats, field by field: detail/fixed_stats.hpp. */
typedef struct tarn_fixed_stats {
  size_t size;
  size_t used;
  size_t peak;
  size_t largest_free;
  size_t largest_request;
  size_t smallest_block;
  size_t refusals;
  size_t fragmented;
  int64_t headroom;
  uint64_t spare[7]; /* zero */
} tarn_fixed_stats;

void tarn_fixed_heap_stats(tarn_fixed_heap* heap, tarn_fixed_stats* stats);

typedef struct tarn_slot_pool {
  uint64_t opaque[12];
} tarn_slot_pool;

/* As many slots of `size` bytes as `buffer` has room for, aligned to what
 * divides their size, up to 16. False: none. */
bool tarn_slot_pool_init(tarn_slot_pool* pool, void* buffer, size_t bytes,
                         size_t size);
bool tarn_slot_pool_init_aligned(tarn_slot_pool* pool, void* buffer,
                                 size_t bytes, size_t size, size_t align);
/* All slots end; the buffer is yours again. */
void tarn_slot_pool_destroy(tarn_slot_pool* pool);

void tarn_slot_pool_deallocate(tarn_slot_pool* pool, void* p);
void* tarn_slot_pool_allocate(tarn_slot_pool* pool)
    TARN_GIVEN_BACK_BY(tarn_slot_pool_deallocate);

bool tarn_slot_pool_owns(const tarn_slot_pool* pool, const void* p);
size_t tarn_slot_pool_size_of(const tarn_slot_pool* pool, const void* p);
size_t tarn_slot_pool_largest_free(const tarn_slot_pool* pool);
bool tarn_slot_pool_check(const tarn_slot_pool* pool);
bool tarn_slot_pool_check_step(tarn_slot_pool* pool, size_t slots);

/* SlotPoolStats, field by field: slot_pool.hpp. */
typedef struct tarn_slot_stats {
  size_t slot;
  size_t slots;
  size_t in_use;
  size_t peak;
  size_t refusals;
  uint64_t spare[3]; /* zero */
} tarn_slot_stats;

void tarn_slot_pool_stats(const tarn_slot_pool* pool, tarn_slot_stats* stats);

/* Bytes of a buffer, aligned to 16, with room for `count` slots of `size`
 * bytes, as a constant: what slot_pool_bytes() says. */
#define TARN_SLOT_POOL_BYTES(size, count)                \
  ((count) * (((size) + 3u + ((size) == 0)) / 4u * 4u) + \
   ((count) / 32u + 1u) * 4u)

typedef struct tarn_frame_region {
  uint64_t opaque[12];
} tarn_frame_region;

/* As FrameRegion<frames>, in number as they are asked for here. False: `buffer`
 * has no room for 16 bytes in each, or `frames` is 0, and the region is one
 * without memory. The buffer must outlive the region. */
bool tarn_frame_region_init(tarn_frame_region* region, void* buffer,
                            size_t bytes, size_t frames);
/* All blocks end; the buffer is yours again. */
void tarn_frame_region_destroy(tarn_frame_region* region);

void* tarn_frame_region_allocate(tarn_frame_region* region, size_t size)
    TARN_SIZED_BY(2);
void* tarn_frame_region_allocate_aligned(tarn_frame_region* region, size_t size,
                                         size_t align);
void tarn_frame_region_flip(tarn_frame_region* region);
void tarn_frame_region_reset(tarn_frame_region* region);

/* A moment in the current frame. All zero: none, to which rewind does
 * nothing. */
typedef struct tarn_frame_mark {
  uint64_t opaque[2];
} tarn_frame_mark;

/* False: ran out, and `mark` is none. */
bool tarn_frame_region_mark(tarn_frame_region* region, tarn_frame_mark* mark);
void tarn_frame_region_rewind(tarn_frame_region* region, tarn_frame_mark mark);

bool tarn_frame_region_owns(const tarn_frame_region* region, const void* p);
size_t tarn_frame_region_largest_free(const tarn_frame_region* region);
bool tarn_frame_region_check(const tarn_frame_region* region);

/* FrameRegionStats, field by field: detail/fixed_frames.hpp. */
typedef struct tarn_frame_stats {
  size_t size;
  size_t used;
  size_t peak;
  size_t refusals;
  uint64_t spare[4]; /* zero */
} tarn_frame_stats;

void tarn_frame_region_stats(const tarn_frame_region* region,
                             tarn_frame_stats* stats);

typedef struct tarn_double_ended_stack {
  uint64_t opaque[12];
} tarn_double_ended_stack;

/* False: `buffer` has no room for 16 bytes, and the stack is one without
 * memory. The buffer must outlive the stack. */
bool tarn_double_ended_stack_init(tarn_double_ended_stack* stack, void* buffer,
                                  size_t bytes);
/* All blocks end; the buffer is yours again. */
void tarn_double_ended_stack_destroy(tarn_double_ended_stack* stack);

void* tarn_double_ended_stack_allocate_low(tarn_double_ended_stack* stack,
                                           size_t size);
void* tarn_double_ended_stack_allocate_low_aligned(
    tarn_double_ended_stack* stack, size_t size, size_t align);
void* tarn_double_ended_stack_allocate_high(tarn_double_ended_stack* stack,
                                            size_t size);
void* tarn_double_ended_stack_allocate_high_aligned(
    tarn_double_ended_stack* stack, size_t size, size_t align);

/* A moment of one end, as tarn_frame_mark; of two types, as the ends have their
 * own. */
typedef struct tarn_low_mark {
  uint64_t opaque[2];
} tarn_low_mark;
typedef struct tarn_high_mark {
  uint64_t opaque[2];
} tarn_high_mark;

bool tarn_double_ended_stack_mark_low(tarn_double_ended_stack* stack,
                                      tarn_low_mark* mark);
bool tarn_double_ended_stack_mark_high(tarn_double_ended_stack* stack,
                                       tarn_high_mark* mark);
void tarn_double_ended_stack_rewind_low(tarn_double_ended_stack* stack,
                                        tarn_low_mark mark);
void tarn_double_ended_stack_rewind_high(tarn_double_ended_stack* stack,
                                         tarn_high_mark mark);
void tarn_double_ended_stack_reset_low(tarn_double_ended_stack* stack);
void tarn_double_ended_stack_reset_high(tarn_double_ended_stack* stack);

bool tarn_double_ended_stack_owns_low(const tarn_double_ended_stack* stack,
                                      const void* p);
bool tarn_double_ended_stack_owns_high(const tarn_double_ended_stack* stack,
                                       const void* p);
size_t tarn_double_ended_stack_largest_free(
    const tarn_double_ended_stack* stack);
bool tarn_double_ended_stack_check(const tarn_double_ended_stack* stack);

/* DoubleEndedStackStats, field by field: detail/fixed_ends.hpp. */
typedef struct tarn_stack_stats {
  size_t size;
  size_t used;
  size_t peak;
  size_t low;
  size_t high;
  size_t refusals;
  uint64_t spare[4]; /* zero */
} tarn_stack_stats;

void tarn_double_ended_stack_stats(const tarn_double_ended_stack* stack,
                                   tarn_stack_stats* stats);

#ifdef __cplusplus
}
#endif

#endif
