/* Hypercalls in parts: how far a call has come when the guest's instruction makes it again. */
#include "vmm/continuation.h"

#include "vmm/current.h"

u32 call_progress(void) {
  return current->progress;
}

int call_interrupted(u32 done) {
  current->again = CALL_CONTINUED | done << CALL_NR_BITS;
  return -XEN_ERESTART;
}

bool call_resume(struct vcpu *v, struct cpu_regs *regs) {
  if (v->interrupted_calls == 0) return false;
  v->interrupted_calls--;
  v->progress = (regs->eax & ~CALL_CONTINUED) >> CALL_NR_BITS;
  regs->eax &= (1u << CALL_NR_BITS) - 1;
  return true;
}
