/* fault.h - what a fault is about, and the one function that it ends in.
 *
 * A pool that finds a broken promise calls tarn_on_fault with what it found.
 * The library has one, which writes the line of docs/faults.md, calls the
 * handler of set_fault_handler and aborts. A program that is linked with the
 * static library, or has tarn_fixed.hpp, may define its own in place of it:
 * then nothing refers to the texts of the fixed pools, and the linker leaves
 * them out, with whatever writes them.
 *
 *     void tarn_on_fault(const tarn_finding* found) {
 *       save_in_flash(found->fault, found->place);
 *       reset_the_board();
 *     }
 *
 * `-Wl,--defsym=tarn_on_fault=tarn_abort` does it without a line of code.
 *
 * Cost     nothing until a fault is found.
 * Threads  shared: called by whoever found it, with no lock held but the pool's
 *          own. It must not return.
 * Failure  none.
 * SPDX-License-Identifier: MIT
 */
#ifndef TARN_FAULT_H
#define TARN_FAULT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The same as tarn::Fault of checks.hpp, by number. */
typedef enum tarn_fault {
  TARN_FAULT_BAD_ALIGNMENT,
  TARN_FAULT_STALE_MARK,
  TARN_FAULT_NESTED_RESET,
  TARN_FAULT_ENDED_BEFORE_CHILD,
  TARN_FAULT_CONFINED,
  TARN_FAULT_WRONG_POOL,
  TARN_FAULT_DOUBLE_FREE,
  TARN_FAULT_ENDED_IN_USE,
  TARN_FAULT_AFTER_END,
  TARN_FAULT_OUT_OF_ORDER,
  TARN_FAULT_CORRUPTED,
  TARN_FAULT_OVERFLOW,
  TARN_FAULT_UNDERFLOW,
  TARN_FAULT_USE_AFTER_FREE,
  TARN_FAULT_USE_AFTER_END,
  TARN_FAULT_MISMATCH,
  TARN_FAULT_ESCAPE,
  TARN_FAULT_LEAK,
  TARN_FAULT_SEALED
} tarn_fault;

typedef struct tarn_finding {
  uint32_t fault;    /* a tarn_fault */
  uint32_t sentence; /* which of its lines, for tarn_fault_text */
  /* The pointer that a call was given, or where the damage lies. */
  const void* place;
  const void* block;  /* that `place` lies inside, or NULL */
  size_t numbers[2];  /* that its line names */
  const char* text;   /* the line, of a pool that wrote one; else NULL */
  uintptr_t spare[2]; /* zero */
} tarn_finding;

__attribute__((noreturn)) void tarn_on_fault(const tarn_finding* found);

/* The line of docs/faults.md without its end, into `buffer`, as snprintf would:
 * cut off where it ends, with the length of the whole returned. Who calls it
 * has the texts in the program. */
size_t tarn_fault_text(const tarn_finding* found, char* buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
