/* Hypercalls in parts. */
#ifndef VMM_CONTINUATION_H
#define VMM_CONTINUATION_H

#include "vmm/types.h"

struct cpu_regs;
struct vcpu;

/*
 * Long calls. A call that has a list to work through asks preempt_wanted() after each item. If it has to give
 * way, it returns call_interrupted(items done). The guest is sent back to its `int 0x82`, with the number of
 * items in EAX beside the call's number, and its other registers as they were. Others run, and events are
 * delivered. Then the guest's instruction makes the call again, and call_progress() gives the number of
 * items.
 *
 * A guest may invent that number; it then skips items of its own list. Nothing else is trusted, because each
 * part checks again what it uses.
 */
#define XEN_ERESTART   85 /* among functions of the VMM: interrupted; no guest sees it */
#define CALL_NR_BITS   6
#define CALL_CONTINUED (1u << 31)
/* The number of items for which EAX has room; half of it in a multicall. Longer lists are refused. */
#define CALL_ITEMS_MAX ((1u << 24) - 1)

u32 call_progress(void);
int call_interrupted(u32 done);
/*
 * The guest's instruction makes an interrupted call again, and the call's number is put back in EAX. False if
 * it is not such a call.
 */
bool call_resume(struct vcpu *v, struct cpu_regs *regs);

#endif
