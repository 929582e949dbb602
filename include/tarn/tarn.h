/* tarn.h - tarn for C and every language that speaks C.
 *
 * The structs are opaque and of a fixed size, with room to spare, so that they
 * can live on a stack, in a struct or in static memory; init and destroy
 * bracket their lives. What each function does, costs and promises is said in
 * region.hpp, budget.hpp and heap.hpp, at the function of the same name. Pools
 * of a fixed budget, which need no operating system, are in fixed.h.
 *
 *     tarn_region request;
 *     tarn_region_init(&request, NULL);
 *     char *line = tarn_region_allocate(&request, 80);
 *     tarn_region_destroy(&request);
 *
 * Cost     the pools' own, and one call each.
 * Threads  as the pools.
 * Failure  NULL or false. Misuse is a fault.
 * SPDX-License-Identifier: MIT
 */
#ifndef TARN_H
#define TARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#  define TARN_ALIGNAS(bytes) alignas(bytes)
extern "C" {
#else
#  define TARN_ALIGNAS(bytes) _Alignas(bytes)
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

#define TARN_VERSION_MAJOR 0
#define TARN_VERSION_MINOR 1
#define TARN_VERSION_PATCH 0

/* The version of the library that is linked: major * 10000 + minor * 100 +
 * patch. */
uint32_t tarn_version(void);

typedef struct tarn_region {
  TARN_ALIGNAS(16) unsigned char opaque[320];
} tarn_region;

typedef struct tarn_budget {
  TARN_ALIGNAS(128) unsigned char opaque[3072];
} tarn_budget;

typedef struct tarn_heap {
  TARN_ALIGNAS(16) unsigned char opaque[64];
} tarn_heap;

typedef struct tarn_mark {
  uint64_t opaque;
} tarn_mark;

/* How closely pools are looked at; see checks.hpp and docs/checks.md. */
typedef enum tarn_mode {
  TARN_CHECK_OF_PROCESS,
  TARN_CHECK_OFF,
  TARN_CHECK_SAMPLED,
  TARN_CHECK_FULL,
  TARN_CHECK_FULL_PAGE
} tarn_mode;

/* Zero in a field means its default. */
typedef struct tarn_region_options {
  const char* name;
  uint32_t first_chunk;
  uint32_t max_chunk;
  size_t retain; /* bytes kept at reset; SIZE_MAX: all; 0: by decay */
  bool wipe;
  tarn_budget* budget; /* NULL: the system */
  uint64_t spare[4];   /* zero */
} tarn_region_options;

typedef void (*tarn_cleanup)(void* context);

/* Always succeed: a region borrows nothing before its first block. `options`
 * may be NULL. */
void tarn_region_init(tarn_region* region, const tarn_region_options* options);
void tarn_region_init_child(tarn_region* region, tarn_region* parent,
                            const tarn_region_options* options);
void tarn_region_destroy(tarn_region* region);

void* tarn_region_allocate(tarn_region* region, size_t size) TARN_SIZED_BY(2);
void* tarn_region_allocate_aligned(tarn_region* region, size_t size,
                                   size_t align) TARN_SIZED_BY(2);
void* tarn_region_allocate_zeroed(tarn_region* region, size_t size)
    TARN_SIZED_BY(2);
void* tarn_region_grow(tarn_region* region, void* p, size_t size, size_t wanted)
    TARN_SIZED_BY(4);
void tarn_region_deallocate(tarn_region* region, void* p, size_t size);
bool tarn_region_free_large(tarn_region* region, void* p);

/* Copies, followed by a zero byte. */
char* tarn_region_copy(tarn_region* region, const char* text);
char* tarn_region_copy_bytes(tarn_region* region, const void* bytes,
                             size_t size);

bool tarn_region_reserve(tarn_region* region, size_t bytes);
bool tarn_region_on_reset(tarn_region* region, tarn_cleanup cleanup,
                          void* context);
void tarn_region_reset(tarn_region* region);
tarn_mark tarn_region_mark(tarn_region* region);
void tarn_region_rewind(tarn_region* region, tarn_mark mark);
bool tarn_region_merge(tarn_region* region, tarn_region* other);

bool tarn_region_ran_out(const tarn_region* region);
size_t tarn_region_held(const tarn_region* region);
bool tarn_region_owns(const tarn_region* region, const void* p);

/* `parent` may be NULL: the system. */
void tarn_budget_init(tarn_budget* budget, const char* name, size_t limit,
                      tarn_budget* parent);
void tarn_budget_destroy(tarn_budget* budget);
size_t tarn_budget_held(const tarn_budget* budget);

/* Objects of one size, kept constructed between uses: object_pool.hpp. Zero in
 * a field means its default. `options` may be NULL. */
typedef struct tarn_object_pool {
  TARN_ALIGNAS(64) unsigned char opaque[4160];
} tarn_object_pool;

typedef struct tarn_object_pool_options {
  const char* name;
  size_t align;                    /* of an object; 16 */
  bool (*construct)(void* object); /* once; false: it failed. NULL: nothing */
  void (*destroy)(void* object);   /* once. NULL: nothing */
  tarn_budget* budget;             /* NULL: the system */
  bool without_magazines;
  bool per_cpu;      /* processors have the magazines, where they can */
  tarn_mode checks;  /* asked when the pool begins */
  uint64_t spare[4]; /* zero */
} tarn_object_pool_options;

/* False: objects of `size` bytes are too large, and there is no pool. */
bool tarn_object_pool_init(tarn_object_pool* pool, size_t size,
                           const tarn_object_pool_options* options);
void tarn_object_pool_destroy(tarn_object_pool* pool);

void tarn_object_pool_release(tarn_object_pool* pool, void* object);
/* NULL: ran out, or its construction failed. */
void* tarn_object_pool_acquire(tarn_object_pool* pool)
    TARN_GIVEN_BACK_BY(tarn_object_pool_release);
size_t tarn_object_pool_acquire_many(tarn_object_pool* pool, size_t n,
                                     void** out);
void tarn_object_pool_release_many(tarn_object_pool* pool, void* const* objects,
                                   size_t n);
bool tarn_object_pool_reserve(tarn_object_pool* pool, size_t n);
size_t tarn_object_pool_reap(tarn_object_pool* pool);
size_t tarn_object_pool_in_use(const tarn_object_pool* pool);

/* Heaps, statistics, addresses and checks: in builds for Linux. The heap of the
 * process lives for ever; one of your own ends with all its blocks. */
tarn_heap* tarn_default_heap(void);

/* Zero in a field means its default. `options` may be NULL. */
typedef struct tarn_heap_options {
  const char* name;
  bool compact;
  tarn_budget* budget; /* NULL: the system */
  tarn_mode checks;
  uint64_t spare[3]; /* zero */
} tarn_heap_options;

void tarn_heap_init(tarn_heap* heap, const tarn_heap_options* options);
void tarn_heap_destroy(tarn_heap* heap);

void tarn_heap_deallocate(tarn_heap* heap, void* p);
void* tarn_heap_allocate(tarn_heap* heap, size_t size)
    TARN_GIVEN_BACK_BY(tarn_heap_deallocate) TARN_SIZED_BY(2);
void* tarn_heap_allocate_aligned(tarn_heap* heap, size_t size, size_t align)
    TARN_GIVEN_BACK_BY(tarn_heap_deallocate) TARN_SIZED_BY(2);
void* tarn_heap_allocate_zeroed(tarn_heap* heap, size_t size)
    TARN_GIVEN_BACK_BY(tarn_heap_deallocate) TARN_SIZED_BY(2);
void* tarn_heap_reallocate(tarn_heap* heap, void* p, size_t size)
    TARN_GIVEN_BACK_BY(tarn_heap_deallocate) TARN_SIZED_BY(3);
bool tarn_heap_try_expand(tarn_heap* heap, void* p, size_t size);
size_t tarn_heap_usable_size(const tarn_heap* heap, const void* p);
size_t tarn_heap_allocate_many(tarn_heap* heap, size_t size, size_t n,
                               void** out);
void tarn_heap_deallocate_many(tarn_heap* heap, void* const* blocks, size_t n);

/* What all pools hold now, into `buffer`, as snprintf would: cut off where it
 * ends, with the length of the whole returned. See stats.hpp. */
typedef enum tarn_stats_form {
  TARN_STATS_TEXT,
  TARN_STATS_JSON,
  TARN_STATS_OPENMETRICS
} tarn_stats_form;
size_t tarn_stats(tarn_stats_form form, char* buffer, size_t size);

/* What is at an address, as a sentence; see describe.hpp. */
size_t tarn_describe(const void* p, char* buffer, size_t size);

/* The mode of all pools whose options do not name one. */
void tarn_set_check_mode(tarn_mode mode);
tarn_mode tarn_check_mode(void);

/* Looks at every block of the checked pools now. How many faults it told. */
size_t tarn_check_all(void);

/* What follows on a fault that a check found. */
typedef enum tarn_after_fault {
  TARN_AFTER_FAULT_ABORT,
  TARN_AFTER_FAULT_GO_ON
} tarn_after_fault;
void tarn_set_after_fault(tarn_after_fault what);

#ifdef __cplusplus
}
#endif

#endif
