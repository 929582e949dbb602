/* A consumer in C: exit status 0 when the library answers. */
#include "tarn/tarn.h"

#include <string.h>

/* Heaps are Linux's. */
#ifdef __linux__
static int uses_heap(void) {
  tarn_heap* const heap = tarn_default_heap();
  char* text = tarn_heap_allocate(heap, 10);
  if (text == NULL)
    return 0;
  strcpy(text, "forty-two");
  text = tarn_heap_reallocate(heap, text, 100000);
  const int is_same = text != NULL && strcmp(text, "forty-two") == 0;
  tarn_heap_deallocate(heap, text);
  return is_same;
}
#else
static int uses_heap(void) {
  return 1;
}
#endif

int main(void) {
  const uint32_t built = TARN_VERSION_MAJOR * 10000 + TARN_VERSION_MINOR * 100 +
                         TARN_VERSION_PATCH;
  if (tarn_version() != built)
    return 1;
  tarn_region region;
  tarn_region_init(&region, NULL);
  const char* const text = tarn_region_copy(&region, "forty-two");
  const int differs = text == NULL || strcmp(text, "forty-two") != 0;
  tarn_region_destroy(&region);
  if (differs)
    return 2;
  return uses_heap() ? 0 : 3;
}
