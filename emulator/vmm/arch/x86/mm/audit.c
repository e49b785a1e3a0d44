/* The audit: it counts what refers to every frame, and checks a canary. */
#include "x86/audit.h"

#include "vmm/arch.h"
#include "vmm/boot.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/log.h"
#include "vmm/refuse.h"
#include "x86/desc.h"
#include "x86/mm.h"

#define CANARY_WORDS (PAGE_SIZE / sizeof(u32))

/* A page among the VMM's data that nobody may write, and the checksum of the VMM's code and constants. */
static u32 canary[CANARY_WORDS] __attribute__((aligned(4096)));
static u32 image_sum;

/*
 * Counts what a frame's own entry tells: its allocation, a pin, that a table is half made or half taken apart
 * and so holds itself, and whatever a table in it refers to.
 */
static void count_frame(mfn_t mfn) {
  const struct frame *frame = mfn_frame(mfn);
  if (frame->use == FRAME_VMM) audit_found(mfn, false);
  if (frame->use != FRAME_ALLOCATED) return;
  if (domain_find(frame->owner) == NULL)
    return audit_differs("frame %x belongs to d%u, which is gone", mfn.n, frame->owner);
  audit_found(mfn, false);
  if (frame->type_info & FRAME_PINNED) audit_found(mfn, true);
  if (frame->type_info & (FRAME_PARTIAL | FRAME_DOOMED)) audit_found(mfn, true);
  if (frame->type_info & FRAME_COUNT) audit_table(mfn);
}

/*
 * Counts what the VMM itself keeps mapped: consoles and shared information in the heap, GDTs and LDTs in
 * their area.
 */
static void count_mapping(linear_t linear) {
  pte_t entry = vmm_entry(linear);
  mfn_t mfn = pte_mfn(entry);
  if (!(entry & PTE_P) || frame_use(mfn) == FRAME_ABSENT || frame_use(mfn) == FRAME_VMM) return;
  u32 expected = linear >= GDT_AREA_START ? FRAME_SEGMENTS : FRAME_WRITABLE;
  if (frame_use(mfn) == FRAME_FREE || (mfn_frame(mfn)->type_info & FRAME_TYPE_MASK) != expected)
    audit_differs("the VMM maps frame %x at %08x without holding it as %s", mfn.n, linear,
                  frame_type_name(expected));
  audit_found(mfn, true);
}

static void count_mappings(void) {
  for (linear_t linear = VMM_OFFSET; linear < VMM_AREAS_END; linear += PAGE_SIZE)
    if (linear - WINDOW_START >= WINDOW_SLOTS * PAGE_SIZE) count_mapping(linear);
}

static void count_vcpus(void) {
  for (struct domain *d = domain_list; d; d = d->next)
    for (u32 i = 0; i < MAX_DOMAIN_VCPUS; i++)
      if (d->vcpu[i] && d->vcpu[i]->arch.base.n != INVALID_MFN.n) audit_found(d->vcpu[i]->arch.base, true);
}

static void compare_frame(mfn_t mfn) {
  const struct frame *frame = mfn_frame(mfn);
  const struct audit_tally *tally = audit_tally(mfn);
  u32 uses = frame->type_info & FRAME_COUNT;
  bool is_l2 = uses && (frame->type_info & FRAME_TYPE_MASK) == FRAME_L2;
  const char *type = frame_type_name(frame->type_info);
  if (frame->use == FRAME_ABSENT) return;
  if (frame->use != FRAME_FREE && frame->count != tally->references)
    audit_differs("frame %x of d%u, %s: %u references are noted, %u are there", mfn.n, frame->owner, type,
                  frame->count, tally->references);
  if (frame->use == FRAME_FREE && tally->references)
    audit_differs("frame %x is free, and %u references are there", mfn.n, tally->references);
  if (uses != tally->uses)
    audit_differs("frame %x of d%u, %s: %u uses are noted, %u are there", mfn.n, frame->owner, type, uses,
                  tally->uses);
  if (uses && !(frame->type_info & (FRAME_VALIDATED | FRAME_PARTIAL | FRAME_DOOMED)))
    audit_differs("frame %x of d%u, %s in use, was never validated", mfn.n, frame->owner, type);
  if (is_l2 && frame->linear != tally->linear)
    audit_differs("frame %x of d%u, %s: %d linear entries are noted, %d are there", mfn.n, frame->owner, type,
                  frame->linear, tally->linear);
}

/*
 * Compares the number of frames of each kind. Frames that the VMM shares with a domain are not part of its
 * allowance.
 */
static void compare_totals(void) {
  u32 free = 0;
  for (u32 n = 0; n < frame_limit; n++)
    free += frame_use(MFN(n)) == FRAME_FREE;
  if (free != frames_free) audit_differs("%u free frames are noted, %u are there", frames_free, free);
  for (struct domain *d = domain_list; d; d = d->next) {
    u32 pages = 0;
    for (u32 n = 0; n < frame_limit; n++)
      pages += frame_use(MFN(n)) == FRAME_ALLOCATED && mfn_frame(MFN(n))->owner == d->id;
    pages -= d->shared_info != NULL;
    /* The memory of a dead domain is released in parts. */
    if (pages != d->nr_pages && !d->dying)
      audit_differs("d%u: %u pages are noted, %u are there", d->id, d->nr_pages, pages);
  }
}

static u32 sum_of_image(void) {
  extern const u32 image_start[], data_start[];
  u32 sum = 0;
  for (const u32 *word = image_start; word < data_start; word++)
    sum = (sum << 5 | sum >> 27) ^ *word;
  return sum;
}

static u32 canary_word(u32 i) {
  return (i + 1) * 2654435761u;
}

static void check_canary(void) {
  for (u32 i = 0; i < CANARY_WORDS; i++)
    if (canary[i] != canary_word(i))
      audit_differs("the canary's word %u is %08x, not %08x", i, canary[i], canary_word(i));
  if (sum_of_image() != image_sum) audit_differs("the VMM's code or constants have changed");
}

bool audit_wanted(void) {
  return image_sum != 0;
}

void audit_init(void) {
  if (boot_option("audit") == NULL) return;
  for (u32 i = 0; i < CANARY_WORDS; i++)
    canary[i] = canary_word(i);
  image_sum = sum_of_image();
}

const char *audit(void) {
  if (!audit_tallies_open()) return "there is no memory for it";
  check_canary();
  for (u32 n = 0; n < frame_limit; n++)
    count_frame(MFN(n));
  count_mappings();
  count_vcpus();
  for (u32 n = 0; n < frame_limit; n++)
    compare_frame(MFN(n));
  compare_totals();
  return audit_tallies_close();
}

void arch_audit(void) {
  const char *found = audit_wanted() ? audit() : NULL;
  if (found) vmm_bug("audit: %s", found);
}

/*
 * audit(): a hypercall of ours, available only if the VMM's command line enables it. The machine ends at a
 * difference.
 */
int do_audit(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f) {
  (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
  if (!audit_wanted()) return refuse(-XEN_ENOSYS, "audit: it is not on the VMM's command line");
  arch_audit();
  return 0;
}
