/* The frame table: where frames come from, who owns them, who refers to them. */
#include "x86/frame.h"

#include "vmm/boot.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/log.h"
#include "vmm/preempt.h"
#include "vmm/string.h"
#include "x86/page.h"

#define FRAMES_LIMIT ((FRAME_TABLE_END - FRAME_TABLE_START) / sizeof(struct frame))
#define M2P_RW       ((u32 *)M2P_RW_START)
#define NO_PFN       0xffffffffu

_Static_assert(sizeof(struct frame) == 16, "the frame table's room is counted in frames of 16 bytes");
/*
 * No check keeps a frame's references from wrapping, because all tables together have fewer entries than
 * that.
 */
_Static_assert(FRAMES_LIMIT <= (1u << 31) / PT_ENTRIES, "references are counted in 32 bits");

/* This is for debuggers, which do not see macros. */
extern struct frame *const frame_table;
struct frame *const frame_table = FRAMES;
u32 frame_limit;
u32 frames_free;

/* Free frames that were in use before. 0 ends the list; frame 0 is never free. */
static u32 first_free;
/* All other free frames are in the boot ranges, which are used up in their order. */
static u32 fresh_range, fresh_next;
static bool table_ready;

void m2p_set(mfn_t mfn, u32 pfn) {
  M2P_RW[mfn.n] = pfn;
}

/* Takes a frame that was never used, or INVALID_MFN. */
static mfn_t fresh_frame(void) {
  for (; fresh_range < boot_info.range_count; fresh_range++) {
    const struct boot_range *range = &boot_info.ranges[fresh_range];
    fresh_next = max(fresh_next, range->first);
    if (fresh_next < min(range->end, frame_limit)) return MFN(fresh_next++);
    fresh_next = 0;
  }
  return INVALID_MFN;
}

static mfn_t free_frame(void) {
  mfn_t mfn = MFN(first_free);
  if (mfn.n == 0) return fresh_frame();
  first_free = FRAMES[mfn.n].next_free;
  return mfn;
}

static void clear_frame(mfn_t mfn) {
  void *page = window_open(mfn);
  memset(page, 0, PAGE_SIZE);
  window_close(page);
}

/* Notes the owner, which is the VMM if `owner` is NULL. Before there is a table nothing is noted. */
static void note_owner(mfn_t mfn, struct domain *owner) {
  frames_free--;
  if (!table_ready) return;
  FRAMES[mfn.n] = (struct frame){.count = 1, .use = FRAME_VMM};
  if (owner == NULL) return;
  FRAMES[mfn.n].use = FRAME_ALLOCATED;
  FRAMES[mfn.n].owner = owner->id;
  owner->nr_pages++;
}

mfn_t frame_alloc(struct domain *owner) {
  mfn_t mfn = free_frame();
  if (mfn.n == INVALID_MFN.n) return mfn;
  note_owner(mfn, owner);
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
  frame->count = 2; /* the allocation and the VMM's mapping */
  frame->type_info = FRAME_WRITABLE | FRAME_VALIDATED | 1;
}

static void check_released(const struct frame *frame, u32 count, u32 uses) {
  if (frame->count != count || (frame->type_info & FRAME_COUNT) != uses)
    log_line("d%u: frame %x still has %u references", frame->owner, frame_mfn(frame).n, frame->count - count);
}

void frame_unshare(mfn_t mfn) {
  struct frame *frame = mfn_frame(mfn);
  check_released(frame, 2, 1);
  frame->use = FRAME_VMM;
}

/* Sets the entries of a run of frames. Each copy doubles what is there. */
static void mark(u32 first, u32 end, struct frame as) {
  end = min(end, frame_limit);
  if (first >= end) return;
  FRAMES[first] = as;
  for (u32 done = 1, part; done < end - first; done += part) {
    part = min(done, end - first - done);
    memcpy(&FRAMES[first + done], &FRAMES[first], part * sizeof(struct frame));
  }
}

static void mark_vmm(u32 first, u32 end) {
  mark(first, end, (struct frame){.count = 1, .use = FRAME_VMM});
}

/*
 * What the boot ranges still hold is free. What was taken from them, the image and the modules belong to the
 * VMM. The rest is not RAM.
 */
void frames_note(void) {
  extern const u8 image_start[], image_end[];
  memset(M2P_RW, 0xff, frame_limit * sizeof(u32));
  for (u32 i = 0; i < boot_info.range_count; i++) {
    const struct boot_range *range = &boot_info.ranges[i];
    u32 taken_end = i < fresh_range ? range->end : i == fresh_range ? fresh_next : range->first;
    taken_end = max(taken_end, range->first);
    mark_vmm(range->first, taken_end);
    mark(taken_end, range->end, (struct frame){.use = FRAME_FREE});
  }
  mark_vmm(((u32)image_start - VMM_OFFSET) >> PAGE_SHIFT, ((u32)image_end - VMM_OFFSET) >> PAGE_SHIFT);
  for (u32 i = 0; i < boot_info.module_count; i++)
    mark_vmm(boot_info.modules[i].start >> PAGE_SHIFT, PAGES(boot_info.modules[i].end));
  table_ready = true;
}

void frames_count(void) {
  for (u32 i = 0; i < boot_info.range_count; i++)
    frame_limit = max(frame_limit, boot_info.ranges[i].end);
  frame_limit = min(frame_limit, FRAMES_LIMIT);
  for (u32 i = 0; i < boot_info.range_count; i++) {
    const struct boot_range *range = &boot_info.ranges[i];
    if (range->first < frame_limit) frames_free += min(range->end, frame_limit) - range->first;
  }
}

/* No reference is left. Less than none is a bug. */
void frame_unreferenced(struct frame *frame) {
  BUG_ON(frame->count != 0);
  BUG_ON(frame->type_info & FRAME_COUNT);
  BUG_ON(frame->use != FRAME_ALLOCATED);
  domain_find(frame->owner)->nr_pages--;
  make_free(frame);
}

/* Frees a frame to which nothing should refer any more. */
static void release_frame(struct domain *d, struct frame *frame) {
  if (frame->use != FRAME_ALLOCATED || frame->owner != d->id) return;
  check_released(frame, 1, 0);
  make_free(frame);
}

bool frames_release(struct domain *d, u32 *next) {
  while (*next < frame_limit) {
    release_frame(d, &FRAMES[(*next)++]);
    if (*next % FRAMES_BETWEEN_CHECKS == 0 && preempt_wanted()) return false;
  }
  return true;
}
