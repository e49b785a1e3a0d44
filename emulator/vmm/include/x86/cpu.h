/* Instructions that C has no name for. */
#ifndef X86_CPU_H
#define X86_CPU_H

#include "vmm/types.h"

#define CR0_TS  (1u << 3)
#define CR0_EM  (1u << 2)
#define CR0_WP  (1u << 16)
#define CR0_NW  (1u << 29)
#define CR0_CD  (1u << 30)
#define CR0_PG  (1u << 31)
#define CR4_TSD (1u << 2)
#define CR4_PSE (1u << 4)
#define CR4_PAE (1u << 5)
#define CR4_PGE (1u << 7)

/* The bits that each guest has for itself. */
#define CR4_GUEST CR4_TSD

#define EFLAGS_TF    (1u << 8)
#define EFLAGS_IF    (1u << 9)
#define EFLAGS_DF    (1u << 10)
#define EFLAGS_IOPL  (3u << 12)
#define EFLAGS_NT    (1u << 14)
#define EFLAGS_RF    (1u << 16)
#define EFLAGS_VM    (1u << 17)
#define EFLAGS_FIXED 2u
/* The flags that a guest may load: all but IF, IOPL, VM, VIF, VIP and the reserved bits. */
#define EFLAGS_GUEST 0x00254dd5u

#define MSR_EFER 0xc0000080
#define EFER_NXE (1u << 11)

static inline void outb(u16 port, u8 value) {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port) {
  u8 value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline u32 read_cr0(void) {
  u32 value;
  asm volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}

static inline u32 read_cr2(void) {
  u32 value;
  asm volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}

static inline u32 read_cr3(void) {
  u32 value;
  asm volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}

static inline void write_cr0(u32 value) {
  asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void write_cr3(u32 value) {
  asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline u32 read_cr4(void) {
  u32 value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}

static inline void write_cr4(u32 value) {
  asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline void invlpg(u32 linear) {
  asm volatile("invlpg (%0)" : : "r"(linear) : "memory");
}

static inline u64 rdtsc(void) {
  u64 value;
  asm volatile("rdtsc" : "=A"(value));
  return value;
}

static inline u64 rdmsr(u32 msr) {
  u64 value;
  asm volatile("rdmsr" : "=A"(value) : "c"(msr));
  return value;
}

static inline void wrmsr(u32 msr, u64 value) {
  asm volatile("wrmsr" : : "c"(msr), "A"(value));
}

struct cpuid {
  u32 eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(u32 leaf) {
  struct cpuid r;
  asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
  return r;
}

#endif
