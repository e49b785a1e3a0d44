/* Types and small helpers that every file of the VMM uses. */
#ifndef VMM_TYPES_H
#define VMM_TYPES_H

#include "public/types.h"

typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

typedef u32 size_t;
typedef u32 linear_t; /* a linear address */

/* Frame numbers are structs so that machine and guest frames cannot be mixed up. */
typedef struct {
  u32 n;
} mfn_t; /* machine frame */
typedef struct {
  u32 n;
} pfn_t; /* frame of a guest's pseudo-physical memory */

#define MFN(number) ((mfn_t){(number)})
#define PFN(number) ((pfn_t){(number)})
#define INVALID_MFN MFN(0xffffffff)

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096u
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define PAGE_UP(bytes)       (((bytes) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_DOWN(bytes)     ((bytes)&PAGE_MASK)
#define PAGES(bytes)         (PAGE_UP(bytes) >> PAGE_SHIFT)
#define ROUND_UP(value, to)  (((value) + (to)-1) & ~((to)-1))
#define ARRAY_LENGTH(array)  (sizeof(array) / sizeof((array)[0]))
#define offsetof(type, name) __builtin_offsetof(type, name)

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

/* For functions on every guest's way in and out, where a call would cost as much as they do. */
#define always_inline static inline __attribute__((always_inline))
/*
 * The first parameters are passed in EAX, EDX and ECX. This is for what entry.S calls, and what is called
 * with each hypercall.
 */
#define in_registers(count) __attribute__((regparm(count)))
#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#define noreturn                 __attribute__((noreturn))
#define printf_like(text, first) __attribute__((format(printf, text, first)))

#endif
