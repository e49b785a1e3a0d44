#include "guest.h"
#include "print.h"
#define P 1ull
#define W 2ull
#define U 4ull
typedef u32 page_t[1024] __attribute__((aligned(4096)));
static inline u64 pte(u32 mfn, u64 fl) {
  return (u64)mfn << 12 | fl;
}
static inline int ext(u32 cmd, u32 a, u32 b) {
  struct mmuext_op o = {.cmd = cmd};
  o.arg1.mfn = a;
  o.arg2.nr_ents = b;
  return HYPERCALL4(mmuext_op, (u32)&o, 1, 0, DOMID_SELF);
}
static inline int upd(u64 ptr, u64 val) {
  struct mmu_update u = {.ptr = ptr, .val = val};
  return HYPERCALL4(mmu_update, (u32)&u, 1, 0, DOMID_SELF);
}
static inline int va(u32 addr, u64 e) {
  return HYPERCALL4(update_va_mapping, addr, (u32)e, (u32)(e >> 32), 2);
}
static inline int ro(void *p) {
  return va((u32)p, pte(mfn_of(p), P));
}
static inline int rw(void *p) {
  return va((u32)p, pte(mfn_of(p), P | W));
}
static inline u64 ma(const volatile void *p) {
  return (u64)mfn_of(p) << 12 | ((u32)p & 4095);
}
static inline u64 *l3(void) {
  return (u64 *)start_info->pt_base;
}
static inline u64 *tab(u64 e) {
  return address_of_mfn((u32)(e >> 12) & 0xffffff);
}
static inline u64 *l2e(u32 a) {
  return tab(l3()[a >> 30]) + (a >> 21 & 511);
}
static inline u64 *l1e(u32 a) {
  return tab(*l2e(a)) + (a >> 12 & 511);
}
static inline void rep(const char *w, int r) {
  printk("%s: %d\n", w, r);
}
static inline u64 tsc(void) {
  u32 a, d;
  asm volatile("rdtsc" : "=a"(a), "=d"(d));
  return (u64)d << 32 | a;
}
