/*
 * The processor's time: the TSC for reading, PIT channel 0 for interrupts. The TSC's frequency is measured
 * once and rounded to whole MHz, since a processor's nominal frequency is a whole number of MHz. A machine
 * whose TSC counts nanoseconds therefore gets exactly that.
 */
#include "x86/time.h"
#include "vmm/arch.h"
#include "vmm/clock.h"
#include "vmm/log.h"
#include "x86/cpu.h"
#include "x86/pic.h"

#define PIT_CHANNEL0 0x40
#define PIT_COMMAND  0x43
#define PIT_ONE_SHOT 0x30 /* channel 0, low and high byte, mode 0 */
#define PIT_LATCH    0x00

#define PIT_HZ          1193182u
#define PIT_PER_NS_2_32 5124678u  /* PIT_HZ / 1e9 * 2^32 */
#define PIT_NS_MAX      50000000u /* its counter has 16 bits: 54.9 ms */
#define CALIBRATION     59659u    /* PIT ticks: 50 ms */

struct time_scale time_scale;
static volatile u32 pit_interrupts;

u64 arch_read_tsc(void) {
  return rdtsc();
}

static void pit_start(u8 mode, u32 count) {
  outb(PIT_COMMAND, mode);
  outb(PIT_CHANNEL0, count & 0xff);
  outb(PIT_CHANNEL0, count >> 8);
}

static u32 pit_read(void) {
  outb(PIT_COMMAND, PIT_LATCH);
  u32 low = inb(PIT_CHANNEL0);
  return low | inb(PIT_CHANNEL0) << 8;
}

/* An interrupt that was requested before the counter started would end the measurement too early. */
static void take_pending_interrupt(void) {
  asm volatile("sti; nop; nop; cli" : : : "memory");
  pit_interrupts = 0;
}

/* The TSC ticks in a second, as measured. Halting meanwhile costs an emulated machine nothing. */
static u64 measure_tsc(void) {
  pit_start(PIT_ONE_SHOT, CALIBRATION);
  u64 start = rdtsc();
  take_pending_interrupt();
  while (pit_interrupts == 0)
    arch_wait();
  /* The counter runs on below 0, and so tells how late this is. */
  u32 late = -pit_read() & 0xffff;
  return (rdtsc() - start) * PIT_HZ / (CALIBRATION + late);
}

void time_init(void) {
  pic_unmask(IRQ_TIMER);
  u32 mhz = (u32)((measure_tsc() + 500000) / 1000000);
  pit_start(PIT_ONE_SHOT, 0);
  if (mhz == 0) vmm_bug("the TSC does not count");
  /* ns = ticks * 1000 / mhz = (ticks << shift) * mul >> 32 with mul's top bit set. */
  u64 mul = (1000ull << 32) / mhz;
  while (mul >> 32) {
    mul >>= 1;
    time_scale.shift++;
  }
  while (!(mul >> 31)) {
    mul <<= 1;
    time_scale.shift--;
  }
  if (time_scale.shift < 0) mul = (1000ull << (32 - time_scale.shift)) / mhz;
  time_scale.mul = (u32)mul;
  time_scale.base = rdtsc();
  log_line("TSC: %u MHz", mhz);
}

void pit_interrupted(void) {
  pit_interrupts++;
}

void arch_timer_program(u64 ns) {
  u32 ticks = (u32)((min(ns, PIT_NS_MAX) * PIT_PER_NS_2_32) >> 32) + 1;
  pit_start(PIT_ONE_SHOT, ticks);
}
