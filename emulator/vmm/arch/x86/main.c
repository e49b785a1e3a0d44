/* The order in which the VMM starts. */
#include "x86/boot.h"

#include "vmm/boot.h"
#include "vmm/idle.h"
#include "vmm/log.h"
#include "vmm/start.h"
#include "x86/audit.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/frame.h"
#include "x86/page.h"
#include "x86/pic.h"
#include "x86/serial.h"
#include "x86/time.h"

/*
 * In: the loader's identity map is still there, and interrupts are off. The function ends as the idle
 * context.
 */
void boot_main(u32 magic, u32 information) {
  serial_init();
  descriptors_init();
  idt_init();
  log_line("Ringscope VMM");
  boot_info_copy(magic, information);
  paging_init();
  paging_drop_identity();
  /* x87 instructions trap, because nobody saves their state. Some firmware leaves the caches off. */
  write_cr0((read_cr0() | CR0_EM) & ~(CR0_CD | CR0_NW));
  pic_init();
  time_init();
  log_line("memory: %u of %u MiB free; modules: %u", frames_free >> 8, frame_limit >> 8,
           boot_info.module_count);
  audit_init();
  start_domains();
  serial_enable_input();
  pic_unmask(IRQ_COM1);
  idle();
}
