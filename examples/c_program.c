/* c_program.c - tarn from C: a configuration that is read, and read again.
 *
 * One region for each version of the configuration: keys, values and the
 * entries lie in it. Reading a new version fills a new region; when that works
 * the old one goes in one call, when it does not the new one goes, and every
 * error exit is the same line. The budget bounds what a file can ask for.
 * SPDX-License-Identifier: MIT
 */
#include "tarn/tarn.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct entry {
  const char* key;
  const char* value;
  struct entry* next;
} entry;

typedef struct configuration {
  tarn_region memory; /* all of it lies here */
  entry* entries;
} configuration;

/* A copy of the text between `begin` and `end`, without spaces around it. */
static char* copy_trimmed(tarn_region* region, const char* begin,
                          const char* end) {
  while (begin < end && *begin == ' ')
    ++begin;
  while (begin < end && end[-1] == ' ')
    --end;
  return tarn_region_copy_bytes(region, begin, (size_t)(end - begin));
}

static bool read_line(configuration* into, const char* line, const char* end) {
  const char* const equals = memchr(line, '=', (size_t)(end - line));
  if (equals == NULL)
    return false;
  entry* const read = tarn_region_allocate(&into->memory, sizeof *read);
  if (read == NULL)
    return false;
  read->key = copy_trimmed(&into->memory, line, equals);
  read->value = copy_trimmed(&into->memory, equals + 1, end);
  read->next = into->entries;
  into->entries = read;
  return true;
}

/* True: `into` holds all lines. False: a line is none, or memory ran out;
 * `into` must still be closed. */
static bool configuration_open(configuration* into, tarn_budget* budget,
                               const char* text) {
  const tarn_region_options options = {
      .name = "configuration", .first_chunk = 1024, .budget = budget};
  tarn_region_init(&into->memory, &options);
  into->entries = NULL;
  while (*text != '\0') {
    const char* const end = text + strcspn(text, "\n");
    if (!read_line(into, text, end))
      return false;
    text = *end == '\0' ? end : end + 1;
  }
  return !tarn_region_ran_out(&into->memory);
}

/* What lay in the region is forgotten with it: a pointer that a global keeps
 * into memory that ended is a fault in mode full. */
static void configuration_close(configuration* it) {
  it->entries = NULL;
  tarn_region_destroy(&it->memory);
}

static const char* look_up(const configuration* it, const char* key) {
  for (const entry* e = it->entries; e != NULL; e = e->next)
    if (strcmp(e->key, key) == 0)
      return e->value;
  return "(not set)";
}

int main(void) {
  static const char* const versions[] = {
      "port = 8080\nroot = /srv/www\n",
      "port = 8080\nthis is no line\n",
      "port = 9090\nroot = /srv/new\nworkers = 4\n",
  };
  static tarn_budget budget;
  static configuration slots[2];
  tarn_budget_init(&budget, "configuration", 64 * 1024, NULL);
  int now = 0;
  if (!configuration_open(&slots[now], &budget, ""))
    return 1;
  for (size_t i = 0; i < sizeof versions / sizeof *versions; ++i) {
    const bool is_good =
        configuration_open(&slots[1 - now], &budget, versions[i]);
    configuration_close(&slots[is_good ? now : 1 - now]);
    now = is_good ? 1 - now : now;
    printf("version %zu %s: port %s, workers %s\n", i + 1,
           is_good ? "read" : "refused", look_up(&slots[now], "port"),
           look_up(&slots[now], "workers"));
  }
  configuration_close(&slots[now]);
  printf("%zu bytes left in the budget's books\n", tarn_budget_held(&budget));
  tarn_budget_destroy(&budget);
  return 0;
}

//> version 1 read: port 8080, workers (not set)
//> version 2 refused: port 8080, workers (not set)
//> version 3 read: port 9090, workers 4
//> 0 bytes left in the budget's books
