/* upload.h - the handler of uploads twice more, in C: what lifetimes cost.
 *
 * Both answer as take_upload in forms.hpp does, byte for byte. They differ in
 * their memory and in nothing else: upload_malloc.c frees what it allocated at
 * every exit, upload_region.c leaves that to the region.
 *
 * Cost     linear in the body.
 * Threads  shared; no state.
 * Failure  a status of 400 and above, without a text.
 * SPDX-License-Identifier: MIT
 */
#ifndef TARN_SERVER_UPLOAD_H
#define TARN_SERVER_UPLOAD_H

#include "tarn/tarn.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Somebody else's bytes. */
typedef struct upload_text {
  const char* bytes;
  size_t size;
} upload_text;

/* `type` is the Content-Type, `body` the body. Gives the status. */
typedef struct upload_answer {
  char* text;
  size_t size;
} upload_answer;

/* The text of a good answer is the caller's, to be freed. */
int upload_with_malloc(upload_text type, upload_text body,
                       upload_answer* answer);

/* The text lives in `region`. */
int upload_with_region(tarn_region* region, upload_text type, upload_text body,
                       upload_answer* answer);

/* The value of a parameter in "form-data; name=value", and the checksum that
 * stands for storing a file: the site's own, from decode.hpp and checksum.hpp.
 */
upload_text upload_parameter(upload_text line, const char* name);
unsigned long long upload_checksum(upload_text bytes);

#ifdef __cplusplus
}
#endif

#endif
