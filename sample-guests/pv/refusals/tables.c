/* Page tables of the guest, and the requests that change them. */
#include "tables.h"

#include "print.h"

static const u64 *table_of(u64 entry) {
  return address_of_mfn(frame_of(entry));
}

u32 frame_of(u64 entry) {
  return (u32)((entry & PTE_FRAME) >> 12);
}

u64 pte_of(u32 mfn, u64 flags) {
  return (u64)mfn << 12 | flags;
}

const u64 *l3_entry(const volatile void *address) {
  return (const u64 *)start_info->pt_base + ((u32)address >> 30);
}

const u64 *l2_entry(const volatile void *address) {
  return table_of(*l3_entry(address)) + ((u32)address >> 21 & 511);
}

const u64 *l1_entry(const volatile void *address) {
  return table_of(*l2_entry(address)) + ((u32)address >> 12 & 511);
}

u64 machine_address(const volatile void *address) {
  return (u64)mfn_of(address) << 12 | ((u32)address & 4095);
}

int map_page(const volatile void *address, u64 entry) {
  return HYPERCALL4(update_va_mapping, (u32)address, (u32)entry, (u32)(entry >> 32), UVMF_INVLPG);
}

int update(u64 machine, u64 value) {
  struct mmu_update request = {machine, value};

  return HYPERCALL4(mmu_update, (u32)&request, 1, 0, DOMID_SELF);
}

int update_entry(const u64 *entry, u64 value) {
  return update(machine_address(entry) | MMU_NORMAL_PT_UPDATE, value);
}

int extended(u32 command, u32 mfn, u32 second) {
  struct mmuext_op operation = {.cmd = command, .arg1.mfn = mfn, .arg2.src_mfn = second};

  return HYPERCALL4(mmuext_op, (u32)&operation, 1, 0, DOMID_SELF);
}

void report(const char *what, int result) {
  printk("%s: %d (%s)\n", what, result, errno_name(result));
}

void report_entry(const char *what, int result, const u64 *entry, u64 before) {
  report(what, result);
  if (result != 0 && *entry != before) printk("  but the entry has changed\n");
}
