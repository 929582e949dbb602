/* upload_malloc.c - with malloc, free, and an exit on every error.
 *
 * tools/CMakeLists.txt counts the lines that free and the exits, so each stands
 * on a line of its own. With UPLOAD_FORGETS one exit forgets the parts, as the
 * exits of real programs do: nothing but a growing process tells.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server/upload_text.h"

#include <stdlib.h>

typedef struct part {
  char* name;
  char* file;
  char* type;
  upload_text bytes;
} part;

typedef struct parts {
  part* all;
  size_t count;
  size_t room;
} parts;

static void free_parts(parts* parts) {
  for (size_t i = 0; i < parts->count; ++i) {
    free(parts->all[i].name);
    free(parts->all[i].file);
    free(parts->all[i].type);
  }
  free(parts->all);
}

static char* copy(upload_text text) {
  char* const place = malloc(text.size + 1);
  if (place == NULL)
    return NULL;
  memcpy(place, text.bytes, text.size);
  place[text.size] = '\0';
  return place;
}

static int add_part(parts* parts, part_head head, upload_text bytes) {
  if (parts->count == parts->room) {
    const size_t room = parts->room == 0 ? 4 : parts->room * 2;
    part* const all = realloc(parts->all, room * sizeof *all);
    if (all == NULL)
      return 500;
    parts->all = all;
    parts->room = room;
  }
  char* const name = copy(head.name);
  if (name == NULL)
    return 500;
  char* const file = copy(head.file);
  if (file == NULL) {
    free(name);
    return 500;
  }
  char* const type = copy(head.type);
  if (type == NULL) {
    free(file);
    free(name);
    return 500;
  }
  parts->all[parts->count++] = (part){name, file, type, bytes};
  return 0;
}

static int read_parts(upload_text type, upload_text body, parts* parts) {
  const upload_text boundary = upload_parameter(type, "boundary");
  if (boundary.size == 0)
    return 400;
  const upload_text between = {NULL, boundary.size + 4};
  char* const line = malloc(between.size);
  if (line == NULL)
    return 500;
  memcpy(line, "\r\n--", 4);
  memcpy(line + 4, boundary.bytes, boundary.size);
  if (!begins_with(body, (upload_text){line + 2, between.size - 2})) {
    free(line);
    return 400;
  }
  skip(&body, between.size - 2);
  while (begins_with(body, UPLOAD_TEXT("\r\n"))) {
    upload_text bytes;
    skip(&body, 2);
    if (!cut(&body, (upload_text){line, between.size}, &bytes)) {
      free(line);
      return 400;
    }
    const part_head head = read_head(&bytes);
    if (head.name.size == 0) {
      free(line);
      return 400;
    }
    const int status = add_part(parts, head, bytes);
    if (status != 0) {
      free(line);
      return status;
    }
  }
  free(line);
  return begins_with(body, UPLOAD_TEXT("--")) ? 0 : 400;
}

static int write_answer(const parts* parts, upload_answer* answer) {
  char* text = NULL;
  size_t size = 0;
  for (size_t i = 0; i < parts->count; ++i) {
    const part* const one = &parts->all[i];
    const size_t room = strlen(one->name) + strlen(one->file) +
                        strlen(one->type) + UPLOAD_NUMBERS;
    char* const longer = realloc(text, size + room);
    if (longer == NULL) {
      free(text);
      return 500;
    }
    text = longer;
    size += (size_t)snprintf(text + size, room, "%s %s %s %zu %llu\n",
                             one->name, one->file, one->type, one->bytes.size,
                             upload_checksum(one->bytes) >> 1);
  }
  *answer = (upload_answer){text, size};
  return 201;
}

int upload_with_malloc(upload_text type, upload_text body,
                       upload_answer* answer) {
  if (!is_multipart(type))
    return 415;
  parts parts = {NULL, 0, 0};
  int status = read_parts(type, body, &parts);
  if (status != 0) {
#ifndef UPLOAD_FORGETS
    free_parts(&parts);
#endif
    return status;
  }
  status = write_answer(&parts, answer);
  free_parts(&parts);
  return status;
}
