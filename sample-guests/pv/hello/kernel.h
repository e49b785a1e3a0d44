/* The interfaces between the files of this kernel. */
#ifndef KERNEL_H
#define KERNEL_H

#include "guest.h"
#include "trap-frame.h"

enum vector {
  VECTOR_BREAKPOINT = 3,
  VECTOR_INVALID_OPCODE = 6,
  VECTOR_GENERAL_PROTECTION = 13,
  VECTOR_PAGE_FAULT = 14,
  VECTOR_SYSTEM_CALL = 0x80,  /* straight to ring 1 */
  VECTOR_BOUNCED_CALL = 0x81, /* the same, but through the VMM: its gate masks events */
  VECTOR_EVENT = 0x100,       /* no vector: the event callback */
  VECTOR_FAILSAFE = 0x101,
};

/* traps.c: traps_init() registers the trap table and the stack for traps out of ring 3. */
void traps_init(void);
void show_traps(void);
void trap(struct trap_frame *frame);
/*
 * Prints the words of a frame. EIP and ESP differ from build to build, so they are printed as the names of
 * what they point at.
 */
void print_frame(const struct trap_frame *frame);
_Noreturn void panic(const char *why);

/* pagetables.c. A page-table entry is addressed where the kernel can read it. */
void pagetables_init(void);
void show_updates(void);
const u64 *l3_entry(const volatile void *address);
const u64 *l2_entry(const volatile void *address);
const u64 *l1_entry(const volatile void *address);
u64 machine_address(const volatile void *address);
u64 pte_of(u32 mfn, u64 flags);
/* Changes the entry that maps `address`; 0 or a negative errno. */
int map_page(volatile void *address, u64 pte);
/* One request of mmu_update: writes `value` to the page-table entry `entry`. */
int update_entry(const u64 *entry, u64 value);
int page_table_operation(u32 command, const volatile void *table);

#define PTE_PRESENT  0x001u
#define PTE_WRITE    0x002u
#define PTE_USER     0x004u
#define PTE_ACCESSED 0x020u
#define PTE_DIRTY    0x040u
#define PTE_FRAME    0x000ffffffffff000ull

/* refusals.c */
void show_refusals(void);

/* events.c */
void events_init(void);
void show_events(void);
void event_upcall(struct trap_frame *frame);
void events_mask(void);
void events_unmask(void);
bool events_masked(void);
/* The timer's event, `microseconds` from now; timer_events counts those taken. */
void timer_set(u32 microseconds);
extern volatile u32 timer_events;

/* privileged.c */
void show_privileged(void);

/* limits.c */
void show_limits(void);

/* tasks.c: task_start() leaves for ring 3. */
_Noreturn void task_start(void);
void system_call(struct trap_frame *frame);
void task_timer_event(void);

/* entry.S: returns, from a trap that never happened, to ring 3 at `eip` with the stack `esp`. */
_Noreturn void enter_ring3(u32 eip, u32 esp);

static inline u32 selector_cs(void) {
  u32 selector;

  asm("movl %%cs, %0" : "=r"(selector));
  return selector;
}

static inline u32 selector_ss(void) {
  u32 selector;

  asm("movl %%ss, %0" : "=r"(selector));
  return selector;
}

static inline u32 selector_ds(void) {
  u32 selector;

  asm("movl %%ds, %0" : "=r"(selector));
  return selector;
}

#endif
