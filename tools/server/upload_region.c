/* upload_region.c - the same in a region: exits that have nothing to undo.
 *
 * What could not be allocated is null until the one question at the end of each
 * step; tools/CMakeLists.txt counts lines here as in upload_malloc.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server/upload_text.h"

typedef struct part {
  char* name;
  char* file;
  char* type;
  upload_text bytes;
  struct part* next;
} part;

static part* add_part(tarn_region* region, part_head head, upload_text bytes) {
  part* const one = tarn_region_allocate(region, sizeof *one);
  if (one == NULL)
    return NULL;
  *one = (part){tarn_region_copy_bytes(region, head.name.bytes, head.name.size),
                tarn_region_copy_bytes(region, head.file.bytes, head.file.size),
                tarn_region_copy_bytes(region, head.type.bytes, head.type.size),
                bytes, NULL};
  return one;
}

static int read_parts(tarn_region* region, upload_text type, upload_text body,
                      part** parts) {
  const upload_text boundary = upload_parameter(type, "boundary");
  if (boundary.size == 0)
    return 400;
  const upload_text between = {NULL, boundary.size + 4};
  char* const line = tarn_region_allocate(region, between.size);
  if (line == NULL)
    return 500;
  memcpy(line, "\r\n--", 4);
  memcpy(line + 4, boundary.bytes, boundary.size);
  if (!begins_with(body, (upload_text){line + 2, between.size - 2}))
    return 400;
  skip(&body, between.size - 2);
  while (begins_with(body, UPLOAD_TEXT("\r\n"))) {
    upload_text bytes;
    skip(&body, 2);
    if (!cut(&body, (upload_text){line, between.size}, &bytes))
      return 400;
    const part_head head = read_head(&bytes);
    if (head.name.size == 0)
      return 400;
    *parts = add_part(region, head, bytes);
    if (tarn_region_ran_out(region))
      return 500;
    parts = &(*parts)->next;
  }
  return begins_with(body, UPLOAD_TEXT("--")) ? 0 : 400;
}

static int write_answer(tarn_region* region, const part* parts,
                        upload_answer* answer) {
  char* text = NULL;
  size_t held = 0;
  size_t size = 0;
  for (const part* one = parts; one != NULL; one = one->next) {
    const size_t room = strlen(one->name) + strlen(one->file) +
                        strlen(one->type) + UPLOAD_NUMBERS;
    text = tarn_region_grow(region, text, held, size + room);
    if (text == NULL)
      return 500;
    held = size + room;
    size += (size_t)snprintf(text + size, room, "%s %s %s %zu %llu\n",
                             one->name, one->file, one->type, one->bytes.size,
                             upload_checksum(one->bytes) >> 1);
  }
  *answer = (upload_answer){text, size};
  return 201;
}

int upload_with_region(tarn_region* region, upload_text type, upload_text body,
                       upload_answer* answer) {
  if (!is_multipart(type))
    return 415;
  part* parts = NULL;
  const int status = read_parts(region, type, body, &parts);
  if (status != 0)
    return status;
  return write_answer(region, parts, answer);
}
