/*
 * Builds a paravirtual domain from its kernel image: pseudo-physical memory, the
 * initial region in it, page tables, and the registers to start with.
 *
 * The region, from virt_base on with VA - virt_base = pfn << 12: kernel image,
 * P2M list, start_info, [xenstore and console pages for all but the first
 * domain], page tables, stack; its end is 4 MiB aligned with 512 KiB to spare.
 */
#include "public/layout.h"
#include "vmm/arch.h"
#include "vmm/boot.h"
#include "vmm/console.h"
#include "vmm/domain.h"
#include "vmm/heap.h"
#include "vmm/image.h"
#include "vmm/log.h"
#include "vmm/string.h"
#include "x86/build.h"
#include "x86/cpu.h"

#define REGION_ALIGN   0x400000u
#define REGION_PADDING 0x80000u

/* Finds the image's place, and checks that its notes are consistent. */
static const char *place_image(struct builder *b) {
  struct image *image = b->image;
  if (image->virt_base & (PAGE_SIZE - 1)) return "VIRT_BASE is not page aligned";
  image->virt_start = ~0u;
  for (u32 i = 0; i < image->segment_count; i++) {
    const struct image_segment *segment = &image->segments[i];
    u32 pseudo_physical = segment->paddr - image->paddr_offset;
    if (segment->paddr < image->paddr_offset || pseudo_physical > HYPERVISOR_VIRT_START - image->virt_base ||
        segment->memory_bytes > HYPERVISOR_VIRT_START - image->virt_base - pseudo_physical)
      return "a segment does not fit between VIRT_BASE and the hypervisor";
    image->virt_start = min(image->virt_start, image->virt_base + pseudo_physical);
    image->virt_end = max(image->virt_end, image->virt_base + pseudo_physical + segment->memory_bytes);
  }
  if (image->entry < image->virt_start || image->entry >= image->virt_end)
    return "its entry point lies outside";
  if (!image->has_hypercall_page) return NULL;
  if (image->hypercall_page & (PAGE_SIZE - 1)) return "its hypercall page is not page aligned";
  if (image->hypercall_page < image->virt_start || image->hypercall_page >= image->virt_end)
    return "its hypercall page lies outside";
  return NULL;
}

static u32 slots_covered(u32 start, u32 end, u32 shift) {
  return ((end - 1) >> shift) - (start >> shift) + 1;
}

/* Counts the tables that map [virt_base, end), and an L2 for slot 3 in any case. */
static void count_tables(struct builder *b, u32 end) {
  u32 start = b->image->virt_base;
  b->nr_l2 = slots_covered(start, end, 30) + (l3_index(end - 1) < PDPT_ENTRIES - 1);
  b->nr_l1 = slots_covered(start, end, 21);
}

static const char *plan_region(struct builder *b) {
  u32 next = PAGE_UP(b->image->virt_end);
  b->p2m_va = next;
  next += PAGES(b->nr_pages * sizeof(u32)) * PAGE_SIZE;
  b->start_info_va = next;
  next += PAGE_SIZE;
  if (!b->domain->privileged) {
    b->store_va = next;
    b->console_va = next + PAGE_SIZE;
    next += 2 * PAGE_SIZE;
  }
  b->tables_va = next;
  u32 tables = 0;
  do {
    b->stack_va = b->tables_va + tables * PAGE_SIZE;
    b->end_va = ROUND_UP(b->stack_va + PAGE_SIZE + REGION_PADDING, REGION_ALIGN);
    count_tables(b, b->end_va);
  } while (tables != 1 + b->nr_l2 + b->nr_l1 && (tables = 1 + b->nr_l2 + b->nr_l1));
  if (b->end_va > HYPERVISOR_VIRT_START) return "no room below the hypervisor for what it starts with";
  if (b->end_va - b->image->virt_base > b->nr_pages * PAGE_SIZE)
    return "its memory is too small for its image";
  return NULL;
}

static const char *populate(struct builder *b) {
  b->p2m = heap_alloc(PAGES(b->nr_pages * sizeof(u32)));
  if (b->p2m == NULL) return "no memory for its P2M list";
  for (u32 pfn = 0; pfn < b->nr_pages; pfn++) {
    mfn_t mfn = frame_alloc(b->domain);
    if (mfn.n == INVALID_MFN.n) return "not enough memory";
    b->p2m[pfn] = mfn.n;
    m2p_set(mfn, pfn);
  }
  return NULL;
}

static void load_image(const struct builder *b) {
  const struct image *image = b->image;
  u8 buffer[512];
  for (u32 i = 0; i < image->segment_count; i++) {
    const struct image_segment *segment = &image->segments[i];
    u32 va = image->virt_base + segment->paddr - image->paddr_offset;
    for (u32 done = 0; done < segment->file_bytes; done += sizeof(buffer)) {
      u32 part = min(sizeof(buffer), segment->file_bytes - done);
      image_read(&image->file, buffer, segment->offset + done, part);
      build_write(b, va + done, buffer, part);
    }
  }
}

/* Slot N is: mov eax, N; int 0x82; ret. The slot of iret is entered by a jump, and EAX must be kept. */
static void write_hypercall_page(const struct builder *b) {
  static const u8 call[] = {0xb8, 0, 0, 0, 0, 0xcd, HYPERCALL_VECTOR, 0xc3};
  static const u8 iret[] = {0x50, 0xb8, HYPERCALL_iret, 0, 0, 0, 0xcd, HYPERCALL_VECTOR};
  if (!b->image->has_hypercall_page) return;
  u8 *page = window_open(build_mfn(b, b->image->hypercall_page));
  for (u32 nr = 0; nr < HYPERCALL_SLOTS; nr++) {
    u8 *slot = page + nr * HYPERCALL_SLOT_BYTES;
    memcpy(slot, nr == HYPERCALL_iret ? iret : call, sizeof(call));
    if (nr != HYPERCALL_iret) slot[1] = nr;
  }
  window_close(page);
}

static void write_start_info(const struct builder *b, const char *arguments) {
  struct domain *d = b->domain;
  struct start_info *info = window_open(build_mfn(b, b->start_info_va));
  string_copy(info->magic, START_INFO_MAGIC, sizeof(info->magic));
  info->nr_pages = b->nr_pages;
  info->shared_info = heap_mfn(d->shared_info).n << PAGE_SHIFT;
  info->flags = d->privileged ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0;
  if (!d->privileged) {
    info->store_mfn = build_mfn(b, b->store_va).n;
    info->store_evtchn = EVTCHN_STORE_PORT;
    info->console.domU.mfn = build_mfn(b, b->console_va).n;
    info->console.domU.evtchn = EVTCHN_CONSOLE_PORT;
  }
  info->pt_base = b->tables_va;
  info->nr_pt_frames = 1 + b->nr_l2 + b->nr_l1;
  info->mfn_list = b->p2m_va;
  string_copy(info->cmd_line, arguments, sizeof(info->cmd_line));
  info->first_p2m_pfn = build_pfn(b, b->p2m_va);
  info->nr_p2m_frames = PAGES(b->nr_pages * sizeof(u32));
  window_close(info);
}

/* The VMM is the other end of the console and the store. */
static const char *connect_console(const struct builder *b) {
  struct domain *d = b->domain;
  if (d->privileged) return NULL;
  d->console_ring = heap_map(d, build_mfn(b, b->console_va));
  if (d->console_ring == NULL) return "no memory for its console";
  evtchn_connect(d, EVTCHN_STORE_PORT, NULL);
  evtchn_connect(d, EVTCHN_CONSOLE_PORT, console_drain);
  return NULL;
}

static void set_registers(const struct builder *b) {
  struct cpu_regs *regs = b->domain->vcpu[0]->regs;
  memset(regs, 0, sizeof(*regs));
  regs->eip = b->image->entry;
  regs->cs = FLAT_RING1_CS;
  regs->eflags = EFLAGS_IF | EFLAGS_FIXED;
  regs->esp = b->stack_va + PAGE_SIZE;
  regs->ss = regs->ds = regs->es = regs->fs = regs->gs = FLAT_RING1_DS;
  regs->esi = b->start_info_va;
  b->domain->vcpu[0]->arch.kernel_ss = FLAT_RING1_SS;
  b->domain->vcpu[0]->arch.kernel_sp = regs->esp;
}

/* Fills everything that is in the domain's memory. */
static const char *fill_region(struct builder *b, const char *arguments) {
  load_image(b);
  write_hypercall_page(b);
  build_write(b, b->p2m_va, b->p2m, b->nr_pages * sizeof(u32));
  write_start_info(b, arguments);
  const char *problem = build_tables(b);
  return problem ? problem : connect_console(b);
}

const char *arch_build_domain(struct domain *d, struct image *image, const char *arguments) {
  struct builder b = {.domain = d, .image = image, .nr_pages = d->max_pages};
  const char *problem = place_image(&b);
  if (!problem) problem = plan_region(&b);
  if (!problem) problem = populate(&b);
  if (!problem) problem = fill_region(&b, arguments);
  if (b.p2m) heap_free(b.p2m, PAGES(b.nr_pages * sizeof(u32)));
  if (problem) return problem;
  set_registers(&b);
  if (image->extended_cr3) d->vm_assist |= 1u << VMASST_TYPE_pae_extended_cr3;
  log_line("d%u: %s: image %08x-%08x, region to %08x, %u pages, entry %08x", d->id, image->guest_os,
           image->virt_start, image->virt_end, b.end_va, b.nr_pages, image->entry);
  return NULL;
}
