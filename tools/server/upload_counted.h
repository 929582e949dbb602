/* upload_counted.h - counts what upload_malloc.c calls; its compiler is told to
 * include this first, and malloc to be upload_counted_malloc and so on.
 *
 * Cost     a call and an addition each.
 * Threads  confined.
 * Failure  as malloc.
 * SPDX-License-Identifier: MIT
 */
#ifndef TARN_SERVER_UPLOAD_COUNTED_H
#define TARN_SERVER_UPLOAD_COUNTED_H

#include "server/upload.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct upload_calls {
  unsigned long allocations;
  unsigned long frees;
} upload_calls;

extern upload_calls upload_calls_made;

void* upload_counted_malloc(size_t size);
void* upload_counted_realloc(void* p, size_t size);
void upload_counted_free(void* p);

/* The same handler with its calls counted, and the one whose exit forgets. */
int upload_with_malloc_counted(upload_text type, upload_text body,
                               upload_answer* answer);
int upload_with_malloc_forgetful(upload_text type, upload_text body,
                                 upload_answer* answer);

#ifdef __cplusplus
}
#endif

#endif
