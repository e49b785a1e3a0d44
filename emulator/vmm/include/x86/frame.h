/*
 * The frame table: for each machine frame its owner, how often it is referred
 * to, and as what. A frame has one type at a time, and is never writable and a
 * page or descriptor table at once; a type lasts while its count is not 0.
 *
 * Whatever outlasts one hypercall holds a reference and a type: an entry of a
 * validated table, a pin, a vCPU's base table, its GDT and LDT, and each
 * mapping of a guest's frame by the VMM itself. The audit (mm/audit.c) counts
 * them anew.
 */
#ifndef X86_FRAME_H
#define X86_FRAME_H

#include "vmm/config.h"
#include "vmm/domain.h"
#include "vmm/types.h"

/* frame.type_info: type, flags, and the count of uses as that type. */
#define FRAME_TYPE_MASK (7u << 29)
#define FRAME_NONE      (0u << 29)
#define FRAME_L1        (1u << 29)
#define FRAME_L2        (2u << 29)
#define FRAME_L3        (3u << 29)
#define FRAME_SEGMENTS  (5u << 29) /* GDT or LDT */
#define FRAME_WRITABLE  (7u << 29)
#define FRAME_PINNED    (1u << 28)
#define FRAME_VALIDATED (1u << 27)
#define FRAME_VMM_L2    (1u << 26) /* an L2 for slot 3, with the VMM's entries */
/*
 * For an L2 or L3: its validation was interrupted, or it is being taken apart. The first `entries` of its
 * entries hold references.
 */
#define FRAME_PARTIAL (1u << 25)
#define FRAME_DOOMED  (1u << 24)
#define FRAME_COUNT   0x003fffffu
/* The bits that get_frame_type compares. */
#define FRAME_KIND (FRAME_TYPE_MASK | FRAME_VMM_L2)

enum frame_use {
  FRAME_ABSENT, /* no RAM here: device memory or a hole */
  FRAME_FREE,
  FRAME_VMM,      /* the VMM's own */
  FRAME_ALLOCATED /* `owner`'s; `count` includes one for the allocation */
};

struct frame {
  u32 count; /* references; one of them is the allocation */
  u32 type_info;
  u16 owner; /* domain id, for FRAME_ALLOCATED */
  u8 use;    /* enum frame_use */
  u8 unused;
  union {
    u32 next_free; /* while free: number of the next one, 0 ends */
    struct {
      s16 linear;  /* an L2 in use: entries of other L2s that refer to it, or minus its own that do so */
      u16 entries; /* a partial or doomed L2 or L3: its first entries hold references, so many */
    };
    u32 flush_stamp; /* otherwise: tlb_clock when its last use ended */
  };
};

/* A walk over all frames asks after this many frames whether to give way. */
#define FRAMES_BETWEEN_CHECKS 256

extern u32 frame_limit; /* frames below this have an entry */
extern u32 frames_free;

#define FRAMES ((struct frame *)FRAME_TABLE_START)

/* NULL for a frame beyond the end of the table. */
always_inline struct frame *mfn_frame(mfn_t mfn) {
  return likely(mfn.n < frame_limit) ? &FRAMES[mfn.n] : NULL;
}

always_inline mfn_t frame_mfn(const struct frame *frame) {
  return MFN(frame - FRAMES);
}

always_inline enum frame_use frame_use(mfn_t mfn) {
  const struct frame *frame = mfn_frame(mfn);
  return frame == NULL ? FRAME_ABSENT : frame->use;
}

/*
 * At the start: first counts the RAM there is; then, when the table is mapped, notes to whom each frame
 * belongs by now.
 */
void frames_count(void);
void frames_note(void);
/* A zeroed frame for a domain, or for the VMM (owner NULL); INVALID_MFN when none is free. */
mfn_t frame_alloc(struct domain *owner);
/* Frees a frame of the VMM's own. */
void frame_free_vmm(mfn_t mfn);
/*
 * Gives one of the VMM's frames to a domain to map, as the page of shared information. The VMM's own mapping
 * holds the frame as heap_map would. frame_unshare takes it back from a domain whose page tables are gone.
 */
void frame_share(mfn_t mfn, struct domain *d);
void frame_unshare(mfn_t mfn);
/* Frees whatever `d` still owns, from frame *next on. False if it was interrupted there. */
bool frames_release(struct domain *d, u32 *next);

/* Takes a reference to a frame of `d`. False for any other frame. */
always_inline bool get_frame(mfn_t mfn, const struct domain *d) {
  struct frame *frame = mfn_frame(mfn);
  if (frame == NULL || frame->use != FRAME_ALLOCATED || frame->owner != d->id) return false;
  frame->count++;
  return true;
}

void frame_unreferenced(struct frame *frame);
always_inline void put_frame(mfn_t mfn) {
  struct frame *frame = &FRAMES[mfn.n];
  if (unlikely((s32)--frame->count <= 0)) frame_unreferenced(frame);
}

/*
 * Takes a use of a frame, on which the caller holds a reference, as `kind` (FRAME_KIND bits). A page table
 * that is new is validated. The result is 0, or -EINVAL with the reason logged, or -ERESTART if validation
 * was interrupted. In that case the frame keeps what is done, with a reference for itself, and the same
 * request goes on from there.
 */
int get_first_frame_type(mfn_t mfn, u32 kind);
always_inline int get_frame_type(mfn_t mfn, u32 kind) {
  struct frame *frame = &FRAMES[mfn.n];
  const u32 valid = kind | FRAME_VALIDATED, count = frame->type_info & FRAME_COUNT;
  if ((frame->type_info & (FRAME_KIND | FRAME_VALIDATED)) != valid || count == 0 || count == FRAME_COUNT)
    return get_first_frame_type(mfn, kind);
  frame->type_info++;
  return 0;
}

/* The end of the last use of an L2 or L3 dooms it: tables_settle takes it apart. */
void put_last_frame_type(mfn_t mfn);
always_inline void put_frame_type(mfn_t mfn) {
  struct frame *frame = &FRAMES[mfn.n];
  if ((frame->type_info & FRAME_COUNT) > 1)
    frame->type_info--;
  else
    put_last_frame_type(mfn);
}
int get_frame_and_type(mfn_t mfn, struct domain *d, u32 kind);
void put_frame_and_type(mfn_t mfn);

/*
 * Takes apart the doomed tables of `d`. Returns 0, or -ERESTART if it was interrupted. Before a frame's type
 * is asked for on behalf of a guest, this must be finished.
 */
int take_doomed_tables_apart(struct domain *d);
always_inline int tables_settle(struct domain *d) {
  return unlikely(d->arch.nr_doomed > 0) ? take_doomed_tables_apart(d) : 0;
}
/* Gives up a validation that was interrupted and will not be continued. */
void partial_table_drop(mfn_t mfn);

/* The type's name with its article: "an L1 table". */
const char *frame_type_name(u32 type_info);

/* Machine-to-physical table. */
void m2p_set(mfn_t mfn, u32 pfn);

/* The number of full TLB flushes so far. */
extern u32 tlb_clock;
void tlb_flush(void);

#endif
