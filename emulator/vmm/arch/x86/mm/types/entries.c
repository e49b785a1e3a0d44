/* The references that one page-table entry makes, and which entries are not allowed. */
#include "public/errno.h"
#include "public/layout.h"
#include "vmm/domain.h"
#include "vmm/refuse.h"
#include "x86/mm.h"

/* Bits that only the VMM sets in a leaf. Caching attributes are for device memory. */
#define L1_DEVICE_BITS (PTE_PWT | PTE_PCD)
#define L1_REFUSED     (PTE_PS | PTE_G)
#define L2_REFUSED     (PTE_PWT | PTE_PCD | PTE_PS | PTE_G)
#define L3_REFUSED     (PTE_PWT | PTE_PCD | PTE_PS | PTE_G | PTE_NX)
#define L3_MASKED      (PTE_RW | PTE_US | PTE_A | PTE_D)

/* How many entries may refer to one L2, as frame.linear counts them. */
#define LINEAR_MAX 0x7fff

static int refuse_bits(const char *level, pte_t entry, u64 bits) {
  return refuse(-XEN_EINVAL, "%s entry %016llx: bits %llx may not be set", level, entry, entry & bits);
}

static int refuse_frame(pte_t entry) {
  u32 n = pte_mfn(entry).n;
  enum frame_use use = frame_use(pte_mfn(entry));
  switch (use) {
  case FRAME_ABSENT:
    return refuse(-XEN_EPERM, "frame %x is no RAM: only the first domain maps devices", n);
  case FRAME_VMM:
    return refuse(-XEN_EBUSY, "frame %x is the VMM's", n);
  case FRAME_FREE:
    return refuse(-XEN_EBUSY, "frame %x is free", n);
  default:
    return refuse(-XEN_EBUSY, "frame %x is another domain's (d%u)", n, mfn_frame(pte_mfn(entry))->owner);
  }
}

int get_l1_entry(pte_t entry, struct domain *d) {
  if (!(entry & PTE_P)) return 0;
  u64 refused = L1_REFUSED | L1_DEVICE_BITS | pte_reserved;
  mfn_t mfn = pte_mfn(entry);
  enum frame_use use = frame_use(mfn);
  bool device = d->privileged && use == FRAME_ABSENT;
  if (device) refused &= ~L1_DEVICE_BITS;
  if (entry & refused) return refuse_bits("L1", entry, refused);
  if (device) return 0;
  if (!get_frame(mfn, d)) return refuse_frame(entry);
  if (!(entry & PTE_RW)) return 0;
  struct frame *frame = mfn_frame(mfn);
  u32 type = frame->type_info & FRAME_TYPE_MASK;
  if (frame->type_info & FRAME_COUNT && type != FRAME_WRITABLE) {
    put_frame(mfn);
    return refuse(-XEN_EBUSY, "frame %x is %s: it cannot be mapped writable", mfn.n, frame_type_name(type));
  }
  int error = get_frame_type(mfn, FRAME_WRITABLE);
  if (error) put_frame(mfn);
  return error;
}

void put_l1_entry(pte_t entry) {
  if (!(entry & PTE_P) || frame_use(pte_mfn(entry)) == FRAME_ABSENT) return;
  if (entry & PTE_RW)
    put_frame_and_type(pte_mfn(entry));
  else
    put_frame(pte_mfn(entry));
}

/*
 * An L2 may be used as an L1 (a linear page table) only read-only, and another L2 only if it is an L2
 * already. Seen through such a map the tables are ordinary pages.
 */
static bool is_linear_map(pte_t entry, mfn_t table, struct domain *d) {
  mfn_t mfn = pte_mfn(entry);
  const struct frame *frame = mfn_frame(mfn);
  if (frame == NULL || frame_use(mfn) != FRAME_ALLOCATED || frame->owner != d->id) return false;
  if (mfn.n == table.n) return true;
  return (frame->type_info & FRAME_TYPE_MASK) == FRAME_L2 && frame->type_info & FRAME_VALIDATED &&
         frame->type_info & FRAME_COUNT;
}

/*
 * No L2 refers to another that refers to one itself: a circle of tables would hold itself for ever. An L2's
 * map of itself takes no type, so it makes no circle.
 */
static int get_linear_map(pte_t entry, mfn_t table, struct domain *d) {
  mfn_t mfn = pte_mfn(entry);
  struct frame *from = mfn_frame(table), *to = mfn_frame(mfn);
  if (entry & PTE_RW)
    return refuse(-XEN_EINVAL, "L2 entry %016llx: a linear page table must be read-only", entry);
  if (mfn.n != table.n) {
    if ((to->type_info & FRAME_COUNT) == FRAME_COUNT)
      return refuse(-XEN_EINVAL, "frame %x: too many uses", mfn.n);
    if (from->linear > 0 || to->linear < 0 || to->linear == LINEAR_MAX)
      return refuse(-XEN_EINVAL, "L2 entry %016llx: linear page tables may not form a chain", entry);
    from->linear--;
    to->linear++;
    to->type_info++;
  }
  get_frame(mfn, d);
  return 0;
}

int get_l2_entry(pte_t entry, mfn_t table, struct domain *d) {
  if (!(entry & PTE_P)) return 0;
  if (entry & (L2_REFUSED | pte_reserved)) return refuse_bits("L2", entry, L2_REFUSED | pte_reserved);
  if (is_linear_map(entry, table, d)) return get_linear_map(entry, table, d);
  return get_frame_and_type(pte_mfn(entry), d, FRAME_L1);
}

void put_l2_entry(pte_t entry, mfn_t table) {
  mfn_t mfn = pte_mfn(entry);
  if (!(entry & PTE_P)) return;
  if (mfn.n == table.n) {
    put_frame(mfn);
    return;
  }
  if ((mfn_frame(mfn)->type_info & FRAME_TYPE_MASK) == FRAME_L2) {
    mfn_frame(table)->linear++;
    mfn_frame(mfn)->linear--;
  }
  put_frame_and_type(mfn);
}

int get_l3_entry(pte_t entry, u32 slot, struct domain *d) {
  bool last = slot == PDPT_ENTRIES - 1;
  if (!(entry & PTE_P)) return last ? refuse(-XEN_EINVAL, "slot 3 of an L3 must be present") : 0;
  if (entry & (L3_REFUSED | pte_reserved)) return refuse_bits("L3", entry, L3_REFUSED | pte_reserved);
  mfn_t mfn = pte_mfn(entry);
  int error = get_frame_and_type(mfn, d, last ? FRAME_L2 | FRAME_VMM_L2 : FRAME_L2);
  if (error || !last) return error;
  if ((mfn_frame(mfn)->type_info & FRAME_COUNT) > 1) {
    put_frame_and_type(mfn);
    return refuse(-XEN_EINVAL, "the L2 of slot 3, frame %x, is shared with another L3", mfn.n);
  }
  return 0;
}

void put_l3_entry(pte_t entry) {
  if (entry & PTE_P) put_frame_and_type(pte_mfn(entry));
}

pte_t l3_entry_masked(pte_t entry) {
  return entry & ~L3_MASKED;
}
