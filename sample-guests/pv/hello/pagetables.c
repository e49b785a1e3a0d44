/*
 * Page tables: three levels of 64-bit entries (PAE). They belong to the guest, which reads them like any
 * memory. But they are mapped read-only, and the guest asks the VMM for each change. The VMM checks a change
 * before it takes effect.
 */
#include "kernel.h"
#include "print.h"
#include "probe.h"
#include "string.h"

extern char kernel_start[], kernel_data_start[], kernel_end[], app_start[], app_end[];

/* A page with changing uses: as a page table, and as memory again. */
static u32 page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static u32 data[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

static const u64 *table_of(u64 entry) {
  return address_of_mfn((u32)((entry & PTE_FRAME) >> PAGE_SHIFT));
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
  return (u64)mfn_of(address) << PAGE_SHIFT | ((u32)address & (PAGE_SIZE - 1));
}

u64 pte_of(u32 mfn, u64 flags) {
  return (u64)mfn << PAGE_SHIFT | flags;
}

int map_page(volatile void *address, u64 pte) {
  return HYPERCALL4(update_va_mapping, (u32)address, (u32)pte, (u32)(pte >> 32), UVMF_INVLPG);
}

int update_entry(const u64 *entry, u64 value) {
  struct mmu_update request = {.ptr = machine_address(entry) | MMU_NORMAL_PT_UPDATE, .val = value};

  return HYPERCALL4(mmu_update, (u32)&request, 1, 0, DOMID_SELF);
}

int page_table_operation(u32 command, const volatile void *table) {
  struct mmuext_op operation = {.cmd = command, .arg1.mfn = mfn_of(table)};

  return HYPERCALL4(mmuext_op, (u32)&operation, 1, 0, DOMID_SELF);
}

static void flush_tlb(void) {
  struct mmuext_op operation = {.cmd = MMUEXT_TLB_FLUSH_LOCAL};

  HYPERCALL4(mmuext_op, (u32)&operation, 1, 0, DOMID_SELF);
}

/* Nobody may write the kernel's code, and the application may not see the kernel's pages. */
static u64 flags_for(const char *address) {
  if (address >= app_start) return PTE_PRESENT | PTE_WRITE | PTE_USER;
  if (address >= kernel_data_start) return PTE_PRESENT | PTE_WRITE;
  return PTE_PRESENT;
}

/* Asks for the protection of the whole image in one hypercall. A batch is checked entry by entry. */
void pagetables_init(void) {
  static struct mmu_update batch[128];
  u32 count = 0, done = 0;

  for (const char *address = kernel_start; address < app_end; address += PAGE_SIZE, count++) {
    if (count == ARRAY_LENGTH(batch)) panic("the image has too many pages");
    batch[count].ptr = machine_address(l1_entry(address)) | MMU_NORMAL_PT_UPDATE;
    batch[count].val = pte_of(mfn_of(address), flags_for(address));
  }
  if (HYPERCALL4(mmu_update, (u32)batch, count, (u32)&done, DOMID_SELF) != 0 || done != count)
    panic("the image's protection");
  flush_tlb();
}

static void show(const char *what, int result) {
  printk("page tables: %s: %d (%s)\n", what, result, errno_name(result));
}

/* A frame is never a page table and writable at once, so first its mapping changes, and then its type. */
static void make_page_table(volatile u32 *window) {
  show("map a page read-only", map_page(page, pte_of(mfn_of(page), PTE_PRESENT)));
  show("pin it as an L1 table", page_table_operation(MMUEXT_PIN_L1_TABLE, page));
  show("enter it in an L2 table",
       update_entry(l2_entry(window), pte_of(mfn_of(page), PTE_PRESENT | PTE_WRITE | PTE_USER)));
  printk("page tables: write to it directly\n");
  probe_report(probe_write(page, 0));
}

static void use_page_table(volatile u32 *window) {
  show("map another page through it", map_page(window, pte_of(mfn_of(data), PTE_PRESENT | PTE_WRITE)));
  window[0] = 0x600d;
  printk("page tables: the word written there is %x\n", data[0]);
  show("unmap that page", map_page(window, 0));
  printk("page tables: read there again\n");
  probe_report(probe_read(window));
}

static void make_memory_again(volatile u32 *window) {
  show("take the table out of the L2", update_entry(l2_entry(window), 0));
  show("unpin it", page_table_operation(MMUEXT_UNPIN_TABLE, page));
  show("map the page writable again", map_page(page, pte_of(mfn_of(page), PTE_PRESENT | PTE_WRITE)));
  printk("page tables: write to it directly\n");
  probe_report(probe_write(page, 0));
}

void show_updates(void) {
  /* Beyond what the builder mapped, but covered by the same L2 table. */
  volatile u32 *window = (volatile u32 *)(((u32)kernel_start & 0xc0000000) + 0x10000000);

  printk("page tables: read the entry of a page\n");
  probe_report(probe_read(l1_entry(data)));
  printk("page tables: write to the kernel's code\n");
  probe_report(probe_write(kernel_start, 0));
  memset(page, 0, sizeof(page));
  make_page_table(window);
  use_page_table(window);
  make_memory_again(window);
}
