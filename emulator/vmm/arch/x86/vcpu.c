/* The processor's part of domains and vCPUs. */
#include "public/errno.h"
#include "vmm/arch.h"
#include "vmm/domain.h"
#include "vmm/heap.h"
#include "vmm/preempt.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/mm.h"

#define STACK_PAGES  (VMM_STACK_BYTES / PAGE_SIZE)
#define SWITCH_WORDS 5 /* ebx esi edi ebp and the return address of stack_switch_to */

void resume_guest(void);

static bool area_used[GDT_AREAS];

int arch_domain_init(struct domain *d) {
  d->shared_info = heap_alloc(1);
  if (d->shared_info == NULL) return -XEN_ENOMEM;
  frame_share(heap_mfn(d->shared_info), d);
  return 0;
}

u32 arch_free_pages(void) {
  return frames_free;
}

static void release_vcpus(struct domain *d) {
  for (u32 i = 0; i < MAX_DOMAIN_VCPUS; i++) {
    struct vcpu *v = d->vcpu[i];
    if (v == NULL) continue;
    gdt_release(v);
    ldt_release(v);
    if (v->arch.base.n != INVALID_MFN.n) put_frame_and_type(v->arch.base);
    v->arch.base = INVALID_MFN;
  }
  if (d->console_ring) {
    heap_unmap(d->console_ring);
    d->console_ring = NULL;
  }
}

/* Drops what holds page tables by itself: pins, and validations that nobody will continue. */
static bool release_tables(struct domain *d) {
  u32 *next = &d->arch.release_next;
  while (!tables_settle(d)) {
    if (*next % FRAMES_BETWEEN_CHECKS == 0 && preempt_wanted()) return false;
    if (*next == frame_limit) return true;
    mfn_t mfn = MFN((*next)++);
    const struct frame *frame = mfn_frame(mfn);
    if (frame->use != FRAME_ALLOCATED || frame->owner != d->id) continue;
    if (frame->type_info & FRAME_PINNED) unpin_table(d, mfn);
    partial_table_drop(mfn);
  }
  return false;
}

static void release_shared_info(struct domain *d) {
  if (d->shared_info == NULL) return;
  frame_unshare(heap_mfn(d->shared_info));
  heap_free(d->shared_info, 1);
  d->shared_info = NULL;
}

/* May be called only after the domain's vCPUs have left the processor. The domain is still in the list. */
bool arch_domain_release(struct domain *d) {
  struct arch_domain *arch = &d->arch;
  if (arch->release_stage == RELEASE_VCPUS) {
    release_vcpus(d);
    arch->release_stage = RELEASE_TABLES;
  }
  if (arch->release_stage == RELEASE_TABLES) {
    if (!release_tables(d)) return false;
    release_shared_info(d);
    arch->release_stage = RELEASE_FRAMES;
    arch->release_next = 0;
  }
  return frames_release(d, &arch->release_next);
}

static u32 claim_area(void) {
  for (u32 area = 0; area < GDT_AREAS; area++)
    if (!area_used[area]) {
      area_used[area] = true;
      return area;
    }
  return GDT_AREAS;
}

/*
 * The stack of a new vCPU looks as if the vCPU had called stack_switch_to from resume_guest. So its first run
 * goes straight to the guest.
 */
int arch_vcpu_init(struct vcpu *v) {
  v->arch.base = INVALID_MFN;
  v->arch.area = claim_area();
  v->arch.stack = heap_alloc(STACK_PAGES);
  if (v->arch.stack == NULL || !gdt_area_init(v->arch.area, reserved_gdt)) return -XEN_ENOMEM;
  v->regs = (struct cpu_regs *)(v->arch.stack + VMM_STACK_BYTES) - 1;
  u32 *esp = (u32 *)v->regs - SWITCH_WORDS;
  esp[SWITCH_WORDS - 1] = (u32)resume_guest;
  v->arch.vmm_esp = (u32)esp;
  return 0;
}

void arch_vcpu_release(struct vcpu *v) {
  if (v->arch.area < GDT_AREAS) area_used[v->arch.area] = false;
  if (v->arch.stack) heap_free(v->arch.stack, STACK_PAGES);
}
