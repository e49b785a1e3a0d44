/*
 * What every paravirtual kernel here has: hypercalls, its start-of-day information, a
 * console, and the translation between its own and the machine's frame numbers.
 */
#ifndef LIB_PV_GUEST_H
#define LIB_PV_GUEST_H

#include "base.h"
#include "xen.h"

/*
 * HYPERCALLn(name, ...) makes the hypercall with n arguments, each a u32, through its
 * slot of the hypercall page (which does int 0x82 with the number in EAX). Its value is
 * >= 0, or a negative errno. Macros, not functions, so that the line that makes a
 * hypercall is the line on which a debugger's "step into" enters the VMM.
 */
#define HYPERCALL1(name, a)                                                                                  \
  ({                                                                                                         \
    int result_;                                                                                             \
    u32 a_ = (a);                                                                                            \
    asm volatile("call hypercall_page + %c[slot]"                                                            \
                 : "=a"(result_), "+b"(a_)                                                                   \
                 : [slot] "i"(HYPERCALL_##name * HYPERCALL_SLOT_BYTES)                                       \
                 : "memory");                                                                                \
    result_;                                                                                                 \
  })
#define HYPERCALL2(name, a, b)                                                                               \
  ({                                                                                                         \
    int result_;                                                                                             \
    u32 a_ = (a), b_ = (b);                                                                                  \
    asm volatile("call hypercall_page + %c[slot]"                                                            \
                 : "=a"(result_), "+b"(a_), "+c"(b_)                                                         \
                 : [slot] "i"(HYPERCALL_##name * HYPERCALL_SLOT_BYTES)                                       \
                 : "memory");                                                                                \
    result_;                                                                                                 \
  })
#define HYPERCALL3(name, a, b, c)                                                                            \
  ({                                                                                                         \
    int result_;                                                                                             \
    u32 a_ = (a), b_ = (b), c_ = (c);                                                                        \
    asm volatile("call hypercall_page + %c[slot]"                                                            \
                 : "=a"(result_), "+b"(a_), "+c"(b_), "+d"(c_)                                               \
                 : [slot] "i"(HYPERCALL_##name * HYPERCALL_SLOT_BYTES)                                       \
                 : "memory");                                                                                \
    result_;                                                                                                 \
  })
#define HYPERCALL4(name, a, b, c, d)                                                                         \
  ({                                                                                                         \
    int result_;                                                                                             \
    u32 a_ = (a), b_ = (b), c_ = (c), d_ = (d);                                                              \
    asm volatile("call hypercall_page + %c[slot]"                                                            \
                 : "=a"(result_), "+b"(a_), "+c"(b_), "+d"(c_), "+S"(d_)                                     \
                 : [slot] "i"(HYPERCALL_##name * HYPERCALL_SLOT_BYTES)                                       \
                 : "memory");                                                                                \
    result_;                                                                                                 \
  })

/* The guest's first C function. It is called when the console works. */
void kernel_main(void);

/* The information that the domain builder left for the kernel. */
extern struct start_info *start_info;

/* Makes printk() work. start_info must be set. */
void console_init(void);

/* Ends the domain: SHUTDOWN_poweroff, SHUTDOWN_crash. */
_Noreturn void domain_shutdown(u32 reason);

/*
 * A domain's memory is numbered twice: PFNs count its own frames from 0, MFNs are the
 * machine's. The builder's list leads from PFN to MFN, the VMM's read-only table back.
 * Both functions are for memory that the builder mapped.
 */
u32 mfn_of(const volatile void *address);
void *address_of_mfn(u32 mfn);

/* "EINVAL" for -XEN_EINVAL, and so on. */
const char *errno_name(int error);

#endif
