/*
 * Guest memory by linear address, in the current address space. It is never accessed through a pointer: each
 * copy checks that the range is below the VMM, and survives page faults. The result is 0, or -EFAULT, after
 * which a part may have been copied.
 */
#ifndef VMM_GUEST_COPY_H
#define VMM_GUEST_COPY_H

#include "public/errno.h"
#include "public/layout.h"
#include "vmm/types.h"

int copy_from_guest(void *to, u32 from, u32 length);
int copy_to_guest(u32 to, const void *from, u32 length);

always_inline bool guest_range_ok(u32 start, u32 length) {
  return start < HYPERVISOR_VIRT_START && length <= HYPERVISOR_VIRT_START - start;
}

/*
 * Copies a few words without a call. Each hypercall with a list and each return does this. Both functions
 * copy `words` words. At a fault the processor goes on at the label 2, with the number of words that are left
 * in ECX (the fixup table, entry.S).
 */
always_inline int move_words(void *to, const void *from, u32 words) {
  asm volatile("1: rep movsl\n"
               "2:\n"
               ".pushsection .fixup_table, \"a\"\n"
               ".long 1b, 2b\n"
               ".popsection"
               : "+D"(to), "+S"(from), "+c"(words)
               :
               : "memory");
  return words ? -XEN_EFAULT : 0;
}

always_inline int words_from_guest(void *to, u32 from, u32 words) {
  return guest_range_ok(from, words * 4) ? move_words(to, (const void *)from, words) : -XEN_EFAULT;
}

always_inline int words_to_guest(u32 to, const void *from, u32 words) {
  return guest_range_ok(to, words * 4) ? move_words((void *)to, from, words) : -XEN_EFAULT;
}

always_inline int word_to_guest(u32 to, u32 value) {
  int error = 0;
  if (to > HYPERVISOR_VIRT_START - sizeof(value)) return -XEN_EFAULT;
  asm volatile("1: movl %[value], (%[to])\n"
               "2:\n"
               ".subsection 1\n"
               "3: movl %[fault], %[error]\n"
               "jmp 2b\n"
               ".previous\n"
               ".pushsection .fixup_table, \"a\"\n"
               ".long 1b, 3b\n"
               ".popsection"
               : [error] "+r"(error)
               : [to] "r"(to), [value] "r"(value), [fault] "i"(-XEN_EFAULT)
               : "memory");
  return error;
}

#endif
