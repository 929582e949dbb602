/* A library that is opened with RTLD_DEEPBIND. */
#include <stdlib.h>

void* library_block(size_t size);
void* library_block(size_t size) {
  return malloc(size);
}

void library_free(void* p);
void library_free(void* p) {
  free(p);
}
