/* A consumer in C: exit status 0 when the library answers. */
#include "tarn/tarn.h"

#include <string.h>

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
  return differs ? 2 : 0;
}
