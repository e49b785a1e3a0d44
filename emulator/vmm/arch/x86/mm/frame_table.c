/* The frame table: where frames come from, who owns them, who refers to them. */
#include "x86/frame.h"

#include "vmm/boot.h"
#include "vmm/domain.h"
#include "vmm/log.h"
#include "vmm/string.h"
#include "x86/cpu.h"
#include "x86/page.h"

#define FRAMES       ((struct frame *)FRAME_TABLE_START)
#define FRAMES_LIMIT ((FRAME_TABLE_END - FRAME_TABLE_START) / sizeof(struct frame))
#define M2P_RW       ((u32 *)M2P_RW_START)
#define NO_PFN       0xffffffffu

_Static_assert(sizeof(struct frame) == 16, "the frame table's room is counted in frames of 16 bytes");

u32 frame_limit;
u32 frames_free;
u32 tlb_clock;
static u32 first_free; /* 0 ends the list: frame 0 is never free */

/* Before the table exists frames come straight from the boot ranges, lowest first. */
static bool table_ready;
static u32 boot_range, boot_next;

struct frame *mfn_frame(mfn_t mfn) {
  return mfn.n < frame_limit ? &FRAMES[mfn.n] : NULL;
}

mfn_t frame_mfn(const struct frame *frame) {
  return MFN(frame - FRAMES);
}

enum frame_use frame_use(mfn_t mfn) {
  const struct frame *frame = mfn_frame(mfn);
  return frame == NULL ? FRAME_ABSENT : frame->use;
}

void m2p_set(mfn_t mfn, u32 pfn) {
  M2P_RW[mfn.n] = pfn;
}

/* Guests have no global pages: loading CR3 flushes all that is theirs. */
void tlb_flush(void) {
  write_cr3(read_cr3());
  tlb_clock++;
}

static mfn_t boot_frame(void) {
  while (boot_range < boot_info.range_count) {
    const struct boot_range *range = &boot_info.ranges[boot_range];
    if (boot_next < range->first) boot_next = range->first;
    if (boot_next < range->end) return MFN(boot_next++);
    boot_range++;
  }
  vmm_bug("out of memory while starting");
}

static void clear_frame(mfn_t mfn) {
  void *page = window_open(mfn);
  memset(page, 0, PAGE_SIZE);
  window_close(page);
}

mfn_t frame_alloc(struct domain *owner) {
  mfn_t mfn;
  if (table_ready) {
    if (first_free == 0) return INVALID_MFN;
    mfn = MFN(first_free);
    first_free = FRAMES[mfn.n].next_free;
    frames_free--;
    FRAMES[mfn.n] = (struct frame){.count = 1, .use = FRAME_VMM};
    if (owner) {
      FRAMES[mfn.n].use = FRAME_ALLOCATED;
      FRAMES[mfn.n].owner = owner->id;
      owner->nr_pages++;
    }
  } else {
    mfn = boot_frame();
  }
  clear_frame(mfn);
  return mfn;
}

static void make_free(struct frame *frame) {
  *frame = (struct frame){.use = FRAME_FREE, .next_free = first_free};
  first_free = frame_mfn(frame).n;
  M2P_RW[first_free] = NO_PFN;
  frames_free++;
}

void frame_free_vmm(mfn_t mfn) {
  struct frame *frame = mfn_frame(mfn);
  BUG_ON(frame == NULL || frame->use != FRAME_VMM);
  make_free(frame);
}

void frame_share(mfn_t mfn, struct domain *d) {
  struct frame *frame = mfn_frame(mfn);
  frame->owner = d->id;
  frame->use = FRAME_ALLOCATED;
  frame->type_info = FRAME_WRITABLE | FRAME_VALIDATED | 1;
}

static void map_table(linear_t start, u32 bytes) {
  for (u32 offset = 0; offset < bytes; offset += PAGE_SIZE)
    if (!vmm_map(start + offset, frame_alloc(NULL), PTE_P | PTE_RW | PTE_A | PTE_D | PTE_G))
      vmm_bug("out of memory for the frame table");
}

static void mark_vmm(u32 first, u32 end) {
  for (u32 n = first; n < min(end, frame_limit); n++)
    FRAMES[n] = (struct frame){.count = 1, .use = FRAME_VMM};
}

/*
 * What the boot ranges still hold becomes free; what was taken of them, the
 * image and the modules are the VMM's; the rest is no RAM.
 */
static void frames_ready(void) {
  extern const u8 image_start[], image_end[];
  for (u32 i = boot_info.range_count; i-- > 0;) {
    const struct boot_range *range = &boot_info.ranges[i];
    u32 taken_end = i < boot_range ? range->end : i == boot_range ? boot_next : range->first;
    mark_vmm(range->first, taken_end);
    for (u32 n = min(range->end, frame_limit); n-- > taken_end;)
      make_free(&FRAMES[n]);
  }
  mark_vmm(((u32)image_start - VMM_OFFSET) >> PAGE_SHIFT, ((u32)image_end - VMM_OFFSET) >> PAGE_SHIFT);
  for (u32 i = 0; i < boot_info.module_count; i++)
    mark_vmm(boot_info.modules[i].start >> PAGE_SHIFT, PAGES(boot_info.modules[i].end));
  table_ready = true;
}

void frame_table_init(void) {
  for (u32 i = 0; i < boot_info.range_count; i++)
    frame_limit = max(frame_limit, boot_info.ranges[i].end);
  frame_limit = min(frame_limit, FRAMES_LIMIT);
  map_table(FRAME_TABLE_START, frame_limit * sizeof(struct frame));
  map_table(M2P_RW_START, frame_limit * sizeof(u32));
  memset(M2P_RW, 0xff, frame_limit * sizeof(u32));
  frames_ready();
}

bool get_frame(mfn_t mfn, struct domain *d) {
  struct frame *frame = mfn_frame(mfn);
  if (frame == NULL || frame->use != FRAME_ALLOCATED || frame->owner != d->id) return false;
  frame->count++;
  return true;
}

void put_frame(mfn_t mfn) {
  struct frame *frame = mfn_frame(mfn);
  BUG_ON(frame->count == 0);
  if (--frame->count > 0) return;
  BUG_ON(frame->type_info & FRAME_COUNT);
  domain_find(frame->owner)->nr_pages--;
  make_free(frame);
}

void frames_release(struct domain *d) {
  for (u32 n = 0; n < frame_limit; n++)
    if (FRAMES[n].use == FRAME_ALLOCATED && FRAMES[n].owner == d->id) {
      if (FRAMES[n].count != 1 || FRAMES[n].type_info & FRAME_COUNT)
        log_line("d%u: frame %x still has %u references", d->id, n, FRAMES[n].count - 1);
      make_free(&FRAMES[n]);
    }
}
