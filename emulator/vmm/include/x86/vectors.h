/* The exceptions that the VMM looks at (Intel SDM vol. 3A, 6.3.1). */
#ifndef X86_VECTORS_H
#define X86_VECTORS_H

enum vector {
  VECTOR_DB = 1,
  VECTOR_NMI = 2,
  VECTOR_UD = 6,
  VECTOR_GP = 13,
  VECTOR_PF = 14,
};

/* Bits of a page fault's error code. */
#define PF_PRESENT 1
#define PF_WRITE   2
#define PF_USER    4

#endif
