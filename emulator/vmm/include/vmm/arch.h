/*
 * What common/ needs from the architecture. common/ decides, and arch/ changes CR3, descriptors and devices.
 */
#ifndef VMM_ARCH_H
#define VMM_ARCH_H

#include "vmm/types.h"

struct domain;
struct vcpu;
struct image;
struct boot_module;

int arch_domain_init(struct domain *d);
/* Releases what the domain's memory and tables hold. False if it was interrupted and must be called again. */
bool arch_domain_release(struct domain *d);
int arch_vcpu_init(struct vcpu *v);
void arch_vcpu_release(struct vcpu *v);
/* Leaves `prev` (NULL: idle) for `next` (NULL: idle). Returns when prev is chosen again. */
void arch_switch(struct vcpu *prev, struct vcpu *next);
/* Builds a domain. Returns NULL, or the reason why the image cannot become its kernel. */
const char *arch_build_domain(struct domain *d, struct image *image, const char *arguments);
u32 arch_free_pages(void);
/* Frees the RAM of a module that is no longer needed. */
void arch_free_module(const struct boot_module *module);
void arch_log_guest(struct vcpu *v);
/*
 * Counts again what the domains hold, if the VMM's command line has `audit=`. A difference is a bug of the
 * VMM.
 */
void arch_audit(void);

/* Waits for an interrupt. Interrupts are off before and after. */
void arch_wait(void);
/* Takes the interrupts that are pending now. */
always_inline void arch_take_interrupts(void) {
  asm volatile("sti; nop; cli" : : : "memory");
}

void serial_write(u32 port, u8 byte); /* 0 COM1, 1 COM2 */
/* Raises the timer interrupt in `ns` or earlier; 0 raises none. */
void arch_timer_program(u64 ns);
/* How the machine ends: the value of the byte at port 0xF4. */
enum machine_end {
  END_POWER_OFF = 0,
  END_DOMAIN_CRASHED = 1,
  END_VMM_BUG = 2,
  END_NOT_STARTED = 3 /* a domain could not be built */
};
noreturn void arch_power_off(enum machine_end end);

u64 arch_read_tsc(void);

#endif
