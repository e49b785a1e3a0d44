/* System time. */
#include "vmm/clock.h"

#include "vmm/arch.h"

/* (value * mul) >> 32, without losing the upper half. */
static u64 scale(u64 value, u32 mul) {
  return (value >> 32) * mul + (((value & 0xffffffff) * mul) >> 32);
}

u64 time_now(void) {
  u64 ticks = arch_read_tsc() - time_scale.base;
  if (time_scale.shift >= 0)
    ticks <<= time_scale.shift;
  else
    ticks >>= -time_scale.shift;
  return scale(ticks, time_scale.mul);
}
