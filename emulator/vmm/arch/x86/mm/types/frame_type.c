/* What a frame is used as. Uses are counted, and the type changes only when there are none. */
#include "public/errno.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/log.h"
#include "vmm/preempt.h"
#include "vmm/refuse.h"
#include "x86/mm.h"

const char *frame_type_name(u32 type_info) {
  switch (type_info & FRAME_TYPE_MASK) {
  case FRAME_NONE:
    return "an untyped page";
  case FRAME_L1:
    return "an L1 table";
  case FRAME_L2:
    return type_info & FRAME_VMM_L2 ? "an L2 table of slot 3" : "an L2 table";
  case FRAME_L3:
    return "an L3 table";
  case FRAME_SEGMENTS:
    return "a descriptor table";
  default:
    return "a writable page";
  }
}

static bool needs_validation(u32 kind) {
  u32 type = kind & FRAME_TYPE_MASK;
  return type != FRAME_WRITABLE && type != FRAME_NONE;
}

/*
 * The guest owes no flush for removing a mapping, so the processor may still use
 * a frame as what it was: write to a page that is a table now, or walk through
 * a former table (Intel SDM vol. 3A, 4.10.3) that the guest may now fill. No
 * frame changes its type before a flush.
 */
static void change_type(struct frame *frame, u32 kind) {
  if (frame->flush_stamp == tlb_clock) tlb_flush();
  frame->type_info = kind;
}

static bool has_tables_below(u32 kind) {
  u32 type = kind & FRAME_TYPE_MASK;
  return type == FRAME_L2 || type == FRAME_L3;
}

/* The last use of a table, or of a part of it, has ended. It keeps one reference until it is taken apart. */
static void doom(mfn_t mfn) {
  struct frame *frame = mfn_frame(mfn);
  struct arch_domain *arch = &domain_find(frame->owner)->arch;
  BUG_ON(arch->nr_doomed == DOOMED_MAX);
  frame->type_info = (frame->type_info & FRAME_KIND) | FRAME_DOOMED | 1;
  arch->doomed[arch->nr_doomed++] = mfn;
}

/* Makes a table valid, from where an earlier attempt was interrupted. The caller holds a reference. */
static int validate(mfn_t mfn, u32 kind) {
  struct frame *frame = mfn_frame(mfn);
  const bool was_partial = frame->type_info & FRAME_PARTIAL;
  frame->type_info &= ~FRAME_PARTIAL;
  int error = table_validate(mfn, kind, domain_find(frame->owner));
  if (!error) {
    frame->type_info |= FRAME_VALIDATED;
  } else if (error == -XEN_ERESTART) {
    frame->type_info |= FRAME_PARTIAL;
  } else if (has_tables_below(kind)) {
    doom(mfn);
  } else {
    frame->type_info = FRAME_NONE;
  }
  /* A table that is partial or doomed holds itself. */
  const bool holds_itself = frame->type_info & (FRAME_PARTIAL | FRAME_DOOMED);
  frame->count += holds_itself - was_partial;
  return error;
}

void partial_table_drop(mfn_t mfn) {
  if (mfn_frame(mfn)->type_info & FRAME_PARTIAL) doom(mfn);
}

int take_doomed_tables_apart(struct domain *d) {
  struct arch_domain *arch = &d->arch;
  while (arch->nr_doomed > 0) {
    const mfn_t mfn = arch->doomed[arch->nr_doomed - 1];
    struct frame *frame = mfn_frame(mfn);
    if (frame->entries > 0) {
      table_take_apart(mfn, frame->type_info & FRAME_KIND, arch);
      if (preempt_wanted()) return -XEN_ERESTART;
      continue;
    }
    arch->nr_doomed--;
    frame->type_info = FRAME_NONE;
    frame->flush_stamp = tlb_clock;
    put_frame(mfn);
  }
  return 0;
}

/* Handles the first use as this kind, or of a table that is not valid yet; or refuses. */
int get_first_frame_type(mfn_t mfn, u32 kind) {
  struct frame *frame = mfn_frame(mfn);
  u32 count = frame->type_info & FRAME_COUNT;
  if (count == FRAME_COUNT) return refuse(-XEN_EINVAL, "frame %x: too many uses", mfn.n);
  if (count > 0) {
    if ((frame->type_info & FRAME_KIND) != kind)
      return refuse(-XEN_EINVAL, "frame %x is %s in use, not %s", mfn.n, frame_type_name(frame->type_info),
                    frame_type_name(kind));
    if (frame->type_info & FRAME_PARTIAL) return validate(mfn, kind);
    if (!(frame->type_info & FRAME_VALIDATED))
      return refuse(-XEN_EINVAL, "frame %x: a table cannot refer to itself", mfn.n);
    vmm_bug("frame %x: %x is no first use as %x", mfn.n, frame->type_info, kind);
  }
  if ((frame->type_info & FRAME_KIND) != kind) change_type(frame, kind);
  frame->type_info = kind | 1;
  if (has_tables_below(kind)) frame->linear = frame->entries = 0;
  if (needs_validation(kind)) return validate(mfn, kind);
  frame->type_info |= FRAME_VALIDATED;
  return 0;
}

void put_last_frame_type(mfn_t mfn) {
  struct frame *frame = mfn_frame(mfn);
  BUG_ON((frame->type_info & FRAME_COUNT) == 0);
  u32 kind = frame->type_info & FRAME_KIND;
  if (has_tables_below(kind)) {
    table_leave(mfn, kind);
    doom(mfn);
    frame->count++;
    return;
  }
  if (needs_validation(kind)) {
    /* Nothing may use the table while it is taken apart. */
    frame->type_info &= ~FRAME_VALIDATED;
    table_leave(mfn, kind);
    frame->type_info = FRAME_NONE;
  } else {
    frame->type_info = kind;
  }
  frame->flush_stamp = tlb_clock;
}

int get_frame_and_type(mfn_t mfn, struct domain *d, u32 kind) {
  if (!get_frame(mfn, d)) {
    static const char *const uses[] = {"no RAM", "free", "the VMM's", "another domain's"};
    return refuse(-XEN_EINVAL, "frame %x is %s", mfn.n, uses[frame_use(mfn)]);
  }
  int error = get_frame_type(mfn, kind);
  if (error) put_frame(mfn);
  return error;
}

void put_frame_and_type(mfn_t mfn) {
  put_frame_type(mfn);
  put_frame(mfn);
}

int pin_table(struct domain *d, mfn_t mfn, u32 kind) {
  int error = get_frame_and_type(mfn, d, kind);
  if (error) return error;
  struct frame *frame = mfn_frame(mfn);
  if (frame->type_info & FRAME_PINNED) {
    put_frame_and_type(mfn);
    return refuse(-XEN_EINVAL, "frame %x is pinned already", mfn.n);
  }
  frame->type_info |= FRAME_PINNED;
  return 0;
}

int unpin_table(struct domain *d, mfn_t mfn) {
  if (!get_frame(mfn, d)) return refuse(-XEN_EINVAL, "unpin: frame %x is not the domain's", mfn.n);
  struct frame *frame = mfn_frame(mfn);
  int error = 0;
  if (!(frame->type_info & FRAME_PINNED)) error = refuse(-XEN_EINVAL, "unpin: frame %x is not pinned", mfn.n);
  if (!error) {
    frame->type_info &= ~FRAME_PINNED;
    put_frame_and_type(mfn);
  }
  put_frame(mfn);
  return error;
}
