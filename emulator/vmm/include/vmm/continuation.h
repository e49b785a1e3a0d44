/* Hypercalls in parts. */
#ifndef VMM_CONTINUATION_H
#define VMM_CONTINUATION_H

#include "vmm/types.h"

struct cpu_regs;
struct vcpu;

/*
 * Long calls. One that has a list to work through asks preempt_wanted() after each
 * item. When it has to give way it returns call_interrupted(items done): the guest
 * is sent back to its own `int 0x82`, with the items in EAX beside the number and
 * its other registers as they were. Others run, events are delivered; then the
 * guest's instruction makes the call again, and call_progress() tells the items.
 *
 * A guest may make up the number: it then skips items of its own list. Nothing
 * else is taken on trust: each part checks what it uses anew.
 */
#define XEN_ERESTART   85 /* among functions of the VMM: interrupted; no guest sees it */
#define CALL_NR_BITS   6
#define CALL_CONTINUED (1u << 31)
/* Items that EAX has room for; longer lists are refused. Half of it in a multicall. */
#define CALL_ITEMS_MAX ((1u << 24) - 1)

u32 call_progress(void);
int call_interrupted(u32 done);
/* The guest's instruction makes an interrupted call again: the number is back in EAX. False: it is no such
 * call. */
bool call_resume(struct vcpu *v, struct cpu_regs *regs);

#endif
