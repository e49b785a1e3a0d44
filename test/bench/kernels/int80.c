/* System calls: INT 0x80 from ring 3 to ring 0, a C function there, IRET. */
#include "bench.h"
#include "rings.h"

#define ROUNDS AMOUNT(1600000, 20000)

static u32 total;

void on_system_call(struct trap_frame *frame) {
  total = total * 31 + frame->ebx;
  frame->eax += total;
}

static u32 application(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++)
    sum ^= rings_system_call(round & 7, round);
  return sum;
}

u32 bench_kernel(void) {
  rings_init();
  return rings_call_user(application) + total;
}
