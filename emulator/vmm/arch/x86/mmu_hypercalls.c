/*
 * mmu_update, update_va_mapping and mmuext_op. A batch stops at its first refusal, and its done count is set.
 * Batches may be interrupted (vmm/hypercall.h).
 */
#include "public/errno.h"
#include "public/layout.h"
#include "public/mmu.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/hypercall.h"
#include "vmm/preempt.h"
#include "vmm/refuse.h"
#include "vmm/string.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/mm.h"

#define COMMAND_MASK (sizeof(pte_t) - 1)

/* Only the domain's own frames may be named, or device memory by the privileged domain. */
static int check_foreign(u32 domid) {
  if (domid == DOMID_SELF) return 0;
  if (domid == DOMID_IO && current->domain->privileged) return 0;
  if (!current->domain->privileged)
    return refuse(-XEN_EPERM, "domain %x: only the first domain names others", domid);
  return refuse(-XEN_ESRCH, "domain %x cannot be named here", domid);
}

always_inline bool is_page_table(u32 type_info) {
  u32 type = type_info & FRAME_TYPE_MASK;
  return type_info & FRAME_COUNT && (type == FRAME_L1 || type == FRAME_L2 || type == FRAME_L3);
}

/*
 * A store into a frame that is not a page table. It is allowed where the guest could make the store itself.
 */
static int store_to_page(mfn_t mfn, u32 offset, u64 value) {
  int error = get_frame_type(mfn, FRAME_WRITABLE);
  if (error) return error;
  u8 *page = window_open(mfn);
  memcpy(page + offset, &value, sizeof(value));
  window_close(page);
  put_frame_type(mfn);
  return 0;
}

static int update_entry(mfn_t mfn, u32 offset, u64 value, bool keep_ad) {
  struct vcpu *v = current;
  if (!get_frame(mfn, v->domain))
    return refuse(-XEN_EINVAL, "mmu_update: frame %x is not the domain's", mfn.n);
  int error;
  if (mfn_frame(mfn)->type_info & (FRAME_PARTIAL | FRAME_DOOMED))
    error = refuse(-XEN_EINVAL, "mmu_update: frame %x is a table that is not whole yet", mfn.n);
  else if (is_page_table(mfn_frame(mfn)->type_info))
    error = table_update(mfn, offset, value, keep_ad, v);
  else
    error = store_to_page(mfn, offset, value);
  put_frame(mfn);
  return error;
}

static int update_m2p(mfn_t mfn, u32 pfn) {
  if (!get_frame(mfn, current->domain))
    return refuse(-XEN_EINVAL, "mmu_update: frame %x is not the domain's", mfn.n);
  m2p_set(mfn, pfn);
  put_frame(mfn);
  return 0;
}

static int one_update(const void *item) {
  const struct mmu_update *update = item;
  if (update->ptr >> 36)
    return refuse(-XEN_EINVAL, "mmu_update: address %llx is beyond any RAM", update->ptr);
  mfn_t mfn = MFN((u32)(update->ptr >> PAGE_SHIFT));
  u32 command = (u32)update->ptr & COMMAND_MASK;
  u32 offset = (u32)update->ptr & (PAGE_SIZE - 1) & ~COMMAND_MASK;
  switch (command) {
  case MMU_NORMAL_PT_UPDATE:
    return update_entry(mfn, offset, update->val, false);
  case MMU_PT_UPDATE_PRESERVE_AD:
    return update_entry(mfn, offset, update->val, true);
  case MMU_MACHPHYS_UPDATE:
    return update_m2p(mfn, (u32)update->val);
  default:
    return refuse_command("mmu_update", command);
  }
}

int do_update_va_mapping(u32 linear, u32 low, u32 high, u32 flags, u32 e, u32 f) {
  (void)e, (void)f;
  struct vcpu *v = current;
  if (tables_settle(v->domain)) return call_interrupted(0);
  if (linear >= HYPERVISOR_VIRT_START)
    return refuse(-XEN_EINVAL, "update_va_mapping: %08x is in the VMM's region", linear);
  mfn_t l1 = walk_to_l1(v, linear);
  if (l1.n == INVALID_MFN.n) return refuse(-XEN_EINVAL, "update_va_mapping: no L1 table maps %08x", linear);
  if (!get_frame(l1, v->domain))
    return refuse(-XEN_EINVAL, "update_va_mapping: frame %x is not the domain's", l1.n);
  int error;
  if ((mfn_frame(l1)->type_info & FRAME_TYPE_MASK) != FRAME_L1)
    error = refuse(-XEN_EINVAL, "update_va_mapping: %08x is mapped by a linear page table", linear);
  else
    error = table_update(l1, l1_index(linear) * sizeof(pte_t), (u64)high << 32 | low, false, v);
  put_frame(l1);
  if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_TLB_FLUSH) tlb_flush();
  if ((flags & UVMF_FLUSHTYPE_MASK) == UVMF_INVLPG) invlpg(linear);
  return error;
}

/* clear_page and copy_page. The target must be a page that may be written. */
static int write_whole_page(mfn_t to, const mfn_t *from) {
  struct domain *d = current->domain;
  if (from && !get_frame(*from, d))
    return refuse(-XEN_EINVAL, "copy_page: frame %x is not the domain's", from->n);
  int error = get_frame_and_type(to, d, FRAME_WRITABLE);
  if (!error) {
    u8 *target = window_open(to);
    if (from) {
      u8 *source = window_open(*from);
      memcpy(target, source, PAGE_SIZE);
      window_close(source);
    } else {
      memset(target, 0, PAGE_SIZE);
    }
    window_close(target);
    put_frame_and_type(to);
  }
  if (from) put_frame(*from);
  return error;
}

static int one_ext(const void *item) {
  const struct mmuext_op *op = item;
  static const u32 pin_kinds[] = {FRAME_L1, FRAME_L2, FRAME_L3};
  struct vcpu *v = current;
  mfn_t mfn = MFN(op->arg1.mfn), source = MFN(op->arg2.src_mfn);
  switch (op->cmd) {
  case MMUEXT_PIN_L1_TABLE:
  case MMUEXT_PIN_L2_TABLE:
  case MMUEXT_PIN_L3_TABLE:
    return pin_table(v->domain, mfn, pin_kinds[op->cmd - MMUEXT_PIN_L1_TABLE]);
  case MMUEXT_PIN_L4_TABLE:
    return refuse(-XEN_EINVAL, "pin: PAE has no L4 tables");
  case MMUEXT_UNPIN_TABLE:
    return unpin_table(v->domain, mfn);
  case MMUEXT_NEW_BASEPTR:
    return set_base(v, mfn);
  case MMUEXT_TLB_FLUSH_LOCAL:
  case MMUEXT_TLB_FLUSH_MULTI:
  case MMUEXT_TLB_FLUSH_ALL:
    tlb_flush();
    return 0;
  case MMUEXT_INVLPG_LOCAL:
  case MMUEXT_INVLPG_MULTI:
  case MMUEXT_INVLPG_ALL:
    if (op->arg1.linear_addr < HYPERVISOR_VIRT_START) invlpg(op->arg1.linear_addr);
    return 0;
  case MMUEXT_FLUSH_CACHE:
    if (!v->domain->privileged) return refuse(-XEN_EACCES, "flush_cache: the domain has no devices");
    asm volatile("wbinvd" : : : "memory");
    return 0;
  case MMUEXT_SET_LDT:
    return set_ldt(v, op->arg1.linear_addr, op->arg2.nr_ents);
  case MMUEXT_CLEAR_PAGE:
    return write_whole_page(mfn, NULL);
  case MMUEXT_COPY_PAGE:
    return write_whole_page(mfn, &source);
  default:
    return refuse_command("mmuext_op", op->cmd);
  }
}

#define ITEM_MAX sizeof(struct mmu_update)
_Static_assert(sizeof(struct mmuext_op) <= ITEM_MAX, "an item of either list");

/* Works through a list of items until one is refused. Returns 0, its error, or -ERESTART. */
static int work_through(u32 list, u32 count, u32 size, int (*one)(const void *item), u32 *done) {
  u8 item[ITEM_MAX] __attribute__((aligned(8)));
  for (; *done < count; (*done)++) {
    if (*done > call_progress() && preempt_wanted()) return -XEN_ERESTART;
    int error = tables_settle(current->domain);
    if (!error && words_from_guest(item, list + *done * size, size / sizeof(u32)))
      error = refuse_read(list + *done * size, size);
    if (!error) error = one(item);
    if (error) return error;
  }
  return 0;
}

/* mmu_update and mmuext_op. The number of items done is written once, at the end of the whole call. */
static int list_call(u32 list, u32 count, u32 size, int (*one)(const void *item), u32 done_to, u32 domid) {
  u32 done = call_progress();
  int error = check_foreign(domid);
  if (error) return error;
  if (count > CALL_ITEMS_MAX) return refuse(-XEN_E2BIG, "a list of %u items", count);
  error = work_through(list, count, size, one, &done);
  if (error == -XEN_ERESTART) return call_interrupted(done);
  /* If others are waiting, the tables that the last item doomed are left to the next call. */
  tables_settle(current->domain);
  if (done_to && write_result(done_to, &done, sizeof(done))) return -XEN_EFAULT;
  return error;
}

int do_mmu_update(u32 list, u32 count, u32 done_to, u32 domid, u32 e, u32 f) {
  (void)e, (void)f;
  return list_call(list, count, sizeof(struct mmu_update), one_update, done_to, domid);
}

int do_mmuext_op(u32 list, u32 count, u32 done_to, u32 domid, u32 e, u32 f) {
  (void)e, (void)f;
  return list_call(list, count, sizeof(struct mmuext_op), one_ext, done_to, domid);
}
