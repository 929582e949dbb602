/* upload_text.h - reading a multipart body; nothing here allocates.
 *
 * Cost     linear in the text.
 * Threads  shared; no state.
 * Failure  false, or an empty text.
 * SPDX-License-Identifier: MIT
 */
#ifndef TARN_SERVER_UPLOAD_TEXT_H
#define TARN_SERVER_UPLOAD_TEXT_H

#include "server/upload.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define UPLOAD_TEXT(literal) ((upload_text){literal, sizeof(literal) - 1})

/* What the head of a part says about it. */
typedef struct part_head {
  upload_text name;
  upload_text file;
  upload_text type;
} part_head;

static inline bool begins_with(upload_text text, upload_text with) {
  return text.size >= with.size &&
         memcmp(text.bytes, with.bytes, with.size) == 0;
}

static inline void skip(upload_text* text, size_t size) {
  text->bytes += size;
  text->size -= size;
}

/* Cuts what lies before `separator` off the front. False: there is none, and
 * the piece is all of the text. */
static inline bool cut(upload_text* text, upload_text separator,
                       upload_text* piece) {
  const char* const at =
      separator.size > text->size
          ? NULL
          : (const char*)memmem(text->bytes, text->size, separator.bytes,
                                separator.size);
  *piece = *text;
  if (at == NULL) {
    skip(text, text->size);
    return false;
  }
  piece->size = (size_t)(at - text->bytes);
  skip(text, piece->size + separator.size);
  return true;
}

/* Cuts the head off the front of a part. */
static inline part_head read_head(upload_text* part) {
  part_head head = {{"", 0}, {"", 0}, UPLOAD_TEXT("text/plain")};
  upload_text lines;
  cut(part, UPLOAD_TEXT("\r\n\r\n"), &lines);
  while (lines.size != 0) {
    upload_text line;
    cut(&lines, UPLOAD_TEXT("\r\n"), &line);
    if (begins_with(line, UPLOAD_TEXT("Content-Disposition: form-data"))) {
      head.name = upload_parameter(line, "name");
      head.file = upload_parameter(line, "filename");
    }
    if (begins_with(line, UPLOAD_TEXT("Content-Type: "))) {
      skip(&line, sizeof "Content-Type: " - 1);
      head.type = line;
    }
  }
  return head;
}

static inline bool is_multipart(upload_text type) {
  upload_text media;
  cut(&type, UPLOAD_TEXT(";"), &media);
  while (media.size != 0 && media.bytes[media.size - 1] == ' ')
    --media.size;
  const upload_text wanted = UPLOAD_TEXT("multipart/form-data");
  return media.size == wanted.size && begins_with(media, wanted);
}

/* Room for the two numbers of a line, their spaces and its end. */
#define UPLOAD_NUMBERS 64

#endif
