/* A consumer whose malloc is tarn's: exit status 0 when it is. */
#include "tarn/tarn.h"

#include <stdlib.h>
#include <string.h>

int main(void) {
  void* const p = malloc(100);
  char text[200] = "";
  tarn_describe(p, text, sizeof text);
  free(p);
  return strstr(text, "of the heap") != NULL ? 0 : 1;
}
