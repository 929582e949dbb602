// The malloc door under memcheck, which puts its own functions in place of some
// of the door's: the others must give and take the same blocks.
#define _GNU_SOURCE
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

// Nobody has them but the door.
__attribute__((weak)) void free_sized(void*, size_t);
__attribute__((weak)) void free_aligned_sized(void*, size_t, size_t);

int main(void) {
  char* text = strdup("a text");
  text = reallocarray(text, 10, 10);
  memset(text, 1, malloc_usable_size(text));
  free(text);
  free(strndup("a text", 3));
  free(pvalloc(100));
  if (free_sized == NULL || free_aligned_sized == NULL)
    return 1;
  free_sized(strdup("a text"), 7);
  free_aligned_sized(aligned_alloc(64, 128), 64, 128);
  return 0;
}
