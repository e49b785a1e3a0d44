/* What each paravirtual kernel of the benchmark may use besides bench.h: a guest of the VMM, in ring 1. */
#pragma once
#include "bench.h"
#include "guest.h"
#include "trap-frame.h"

#define PTE_P 1u
#define PTE_W 2u

/* Vectors of struct trap_frame: the processor's own, and the guest's. */
#define VECTOR_PAGE_FAULT  14
#define VECTOR_SYSTEM_CALL 0x80
#define VECTOR_EVENT       0x100

/* Registers the handlers of entry.S and a stack for traps out of ring 3. */
void traps_init(void);

/* Called for each trap; a kernel that expects some has its own. Events are masked, but for a system call. */
void on_trap(struct trap_frame *frame);

/* Runs `application` in ring 3, for good: it ends the domain by a system call. */
_Noreturn void enter_ring3(void (*application)(void), u32 stack);

/* Prints the checksum of a kernel that does not return, and powers off. */
_Noreturn void bench_end(u32 sum);

/* The page-table entry of an address that the builder mapped; its own address in the machine's memory. */
u64 *pte_of(const volatile void *address);
u64 machine_address(const volatile void *address);
