/* The lines in C of README.md. */
#include <stdio.h>
#include <string.h>
#include <tarn/tarn.h>

int main(void) {
  int is_good = 0;
#define tarn_region_destroy(region)                            \
  (is_good = line != NULL && strcmp(line, "hello, tarn") == 0, \
   (tarn_region_destroy)(region))
#include "c_program.inc"
  return is_good ? 0 : 1;
}
