/*
 * answers: what a kernel gets from the VMM where it is easily answered otherwise than by
 * Xen. One line for each answer; the expected ones stand in answers.test.ts.
 */
#include "guest.h"
#include "print.h"

#define P 1ull
#define W 2ull

#define VMM_CS         0xe008
#define EMPTY_PORT     0x250
#define UNKNOWN        99
#define CR4_TSD        4u
#define CR4_PAE        0x20u
#define CR4_PGE        0x80u
#define MSR_EFER       0xc0000080u
#define IF             0x200u
#define RESERVED_FLAGS 0xffd88028u /* 22-31, VIP, VIF, 15, 5, 3 */

volatile struct shared_info shared __attribute__((aligned(4096)));
static volatile struct vcpu_info *const vcpu = &shared.vcpu_info[0];
static u8 page[2 * PAGE_SIZE] __attribute__((aligned(4096)));

/* What the last trap had, and whether there was one. */
struct fault {
  u32 vector, error, eip, cs, eflags;
};
static volatile struct fault fault;

/* entry.S */
extern char gp_entry[], pf_entry[], ts_entry[], failsafe_entry[], after_failsafe[];
extern volatile u32 failsafe_mask, failsafe_count;
u32 try_hlt(void), try_lmsw(void), try_invd(void), try_cli(void), try_in(void);
u32 try_insb(u32 count, u8 *to), try_outsb(u32 count, const u8 *from);
u32 insb_registers[2], outsb_registers[2];
u32 read_cr4(void), try_to_cr4(u32 value), try_rdtsc(void);
u32 try_rdmsr(u32 msr), try_wrmsr(u32 msr, u32 low, u32 high);
u32 efer_low, efer_high;
u32 multicall_with_iret(struct multicall_entry *list, u32 count, u32 eax);
u32 iret_flags(u32 eflags);
u32 iret_to_null_stack(void);
void note_fault(u32 vector, u32 error, u32 eip, u32 cs, u32 eflags);

void note_fault(u32 vector, u32 error, u32 eip, u32 cs, u32 eflags) {
  fault = (struct fault){vector, error, eip, cs, eflags};
}

static void say(const char *what, int value) {
  printk("%s: %d\n", what, value);
}

static void say_refused(const char *what, u32 refused) {
  printk("%s: %s\n", what, refused ? "#GP" : "done");
}

static void multicalls(void) {
  static struct multicall_entry list[3];

  list[0] = (struct multicall_entry){HYPERCALL_multicall, 7, {0}};
  list[1] = (struct multicall_entry){HYPERCALL_xen_version, 7, {XENVER_pagesize}};
  list[2] = (struct multicall_entry){UNKNOWN % 60, 7, {0}};
  say("a multicall with one inside", HYPERCALL2(multicall, (u32)list, 3));
  printk("  results: %d %d %d\n", list[0].result, list[1].result, list[2].result);
  list[0] = (struct multicall_entry){HYPERCALL_xen_version, 7, {XENVER_pagesize}};
  list[1] = (struct multicall_entry){HYPERCALL_iret, 7, {0}};
  list[2] = (struct multicall_entry){HYPERCALL_xen_version, 7, {XENVER_pagesize}};
  printk("EAX after a multicall with an iret: %x\n", multicall_with_iret(list, 3, 0x12345678));
  printk("  results: %d %d %d\n", list[0].result, list[1].result, list[2].result);
  printk("EAX after one whose EAX looks like an error: %d\n", multicall_with_iret(list, 2, (u32)-85));
  say("a multicall of none", HYPERCALL2(multicall, 0, 0));
}

static void callbacks(void) {
  struct callback_register callback = {
      CALLBACKTYPE_failsafe, CALLBACKF_mask_events, {FLAT_RING1_CS, (u32)failsafe_entry}};
  struct callback_unregister none = {.type = CALLBACKTYPE_failsafe};

  say("register a failsafe callback that masks events",
      HYPERCALL2(callback_op, CALLBACKOP_register, (u32)&callback));
  vcpu->evtchn_upcall_mask = 0;
  iret_to_null_stack();
  printk("  called %u times, mask %u\n", failsafe_count, failsafe_mask);
  HYPERCALL4(set_callbacks, FLAT_RING1_CS, 0x1000, FLAT_RING1_CS, (u32)failsafe_entry);
  vcpu->evtchn_upcall_mask = 0;
  iret_to_null_stack();
  printk("  by set_callbacks: called %u times, mask %u\n", failsafe_count, failsafe_mask);
  say("unregister it", HYPERCALL2(callback_op, CALLBACKOP_unregister, (u32)&none));
}

/* No register of the VMM's can be loaded by any of these: they are taken with a guest's RPL. */
static void selectors(void) {
  struct trap_info traps[] = {{0x80, 3, VMM_CS, 0x1000}, {0x81, 3, VMM_CS, 0x1000}, {0}};
  struct trap_info none[] = {{0x80, 0, FLAT_RING1_CS, 0x1000}, {0}};

  say("trap handlers in the VMM's CS", HYPERCALL1(set_trap_table, (u32)traps));
  say("callbacks in the VMM's CS", HYPERCALL4(set_callbacks, VMM_CS, 0x1000, VMM_CS, 0x1000));
  say("a kernel stack in the VMM's SS", HYPERCALL2(stack_switch, VMM_CS + 8, 0x1000));
  HYPERCALL1(set_trap_table, (u32)none);
  HYPERCALL4(set_callbacks, FLAT_RING1_CS, 0x1000, FLAT_RING1_CS, (u32)failsafe_entry);
  HYPERCALL2(stack_switch, FLAT_RING1_SS, 0x1000);
}

static void set_iopl(u32 level) {
  struct physdev_set_iopl iopl = {level};

  HYPERCALL2(physdev_op, PHYSDEVOP_set_iopl, (u32)&iopl);
}

static void privilege(void) {
  say_refused("hlt", try_hlt());
  say_refused("lmsw", try_lmsw());
  say_refused("invd", try_invd());
  say_refused("cli with IOPL 0", try_cli());
  say("architectural IOPL", HYPERCALL2(vm_assist, VMASST_CMD_enable, VMASST_TYPE_architectural_iopl));
  say_refused("cli with IOPL 0", try_cli());
  say_refused("in with IOPL 0", try_in());
  HYPERCALL2(vm_assist, VMASST_CMD_disable, VMASST_TYPE_architectural_iopl);
  say_refused("in with IOPL 0 and without it", try_in());
  say("writable page tables", HYPERCALL2(vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables));
}

static void registers(void) {
  const u32 cr4 = read_cr4();

  say_refused("set CR4.PGE, clear CR4.PAE", try_to_cr4((cr4 | CR4_PGE) & ~CR4_PAE));
  printk("  changed: %x\n", read_cr4() ^ cr4);
  say_refused("set CR4.TSD", try_to_cr4(cr4 | CR4_TSD));
  printk("  changed: %x\n", read_cr4() ^ cr4);
  say_refused("rdtsc in the kernel", try_rdtsc());
  try_to_cr4(cr4);
  say_refused("rdmsr EFER", try_rdmsr(MSR_EFER));
  printk("  NXE: %u\n", efer_low >> 11 & 1);
  say_refused("wrmsr EFER", try_wrmsr(MSR_EFER, 0, 0));
  try_rdmsr(MSR_EFER);
  printk("  NXE: %u\n", efer_low >> 11 & 1);
  say_refused("rdmsr of another", try_rdmsr(0x8b));
  printk("flags of an iret with all reserved bits: %x\n", iret_flags(RESERVED_FLAGS | IF | 2) & ~0x8d5u);
}

static void map(const void *address, u64 flags) {
  const u64 entry = flags ? (u64)mfn_of(address) << PAGE_SHIFT | flags : 0;

  HYPERCALL4(update_va_mapping, (u32)address, (u32)entry, 0, UVMF_INVLPG);
}

static void say_fault(const char *what) {
  printk("%s: vector %u, error %x, CR2 %s%x\n", what, fault.vector, fault.error,
         vcpu->arch.cr2 >= (u32)page ? "page + " : "", vcpu->arch.cr2 - (u32)page);
}

static void strings(void) {
  set_iopl(1);
  say_refused("rep insb of 3", try_insb(3, page + 10));
  printk("  count %u, moved %u; %x %x %x %x\n", insb_registers[0], insb_registers[1] - (u32)page - 10,
         page[10], page[11], page[12], page[13]);
  say_refused("rep outsb of 3", try_outsb(3, page));
  printk("  count %u, moved %u\n", outsb_registers[0], outsb_registers[1] - (u32)page);
  say_refused("rep insb of none", try_insb(0, (u8 *)0x70000000));
  map(page + PAGE_SIZE, P);
  try_insb(8, page + PAGE_SIZE - 3);
  say_fault("rep insb into a page that is read-only");
  printk("  count %u, moved %u\n", insb_registers[0], insb_registers[1] - (u32)page - PAGE_SIZE + 3);
  map(page + PAGE_SIZE, 0);
  try_outsb(8, page + PAGE_SIZE - 3);
  say_fault("rep outsb from a page that is missing");
  printk("  count %u, moved %u\n", outsb_registers[0], outsb_registers[1] - (u32)page - PAGE_SIZE + 3);
  map(page + PAGE_SIZE, P | W);
  set_iopl(0);
  say_refused("insb with IOPL 0", try_insb(1, page));
}

static void memory(void) {
  struct mmu_update update = {(u64)mfn_of(page) << PAGE_SHIFT | 4, 0};
  struct mmuext_op unpin = {.cmd = MMUEXT_UNPIN_TABLE}, pin = {.cmd = MMUEXT_PIN_L3_TABLE};

  unpin.arg1.mfn = pin.arg1.mfn = mfn_of((void *)start_info->pt_base);
  say("mmu_update with bit 2 of its address set", HYPERCALL4(mmu_update, (u32)&update, 1, 0, DOMID_SELF));
  say("unpin the base table", HYPERCALL4(mmuext_op, (u32)&unpin, 1, 0, DOMID_SELF));
  say("unpin it again", HYPERCALL4(mmuext_op, (u32)&unpin, 1, 0, DOMID_SELF));
  say("pin it", HYPERCALL4(mmuext_op, (u32)&pin, 1, 0, DOMID_SELF));
}

/* PAE_MODE "yes" promises a base anywhere, as of Xen 4. */
static void features(void) {
  struct xen_feature_info info = {0};

  HYPERCALL2(xen_version, XENVER_get_features, (u32)&info);
  printk("pae_pgdir_above_4gb: %u\n", info.submap >> XENFEAT_pae_pgdir_above_4gb & 1);
}

static void control(void) {
  static struct evtchn_init_control init;
  static u32 wrong[64] = {1, 1}, right[64] = {1, XEN_DOMCTL_INTERFACE_VERSION},
             platform[64] = {1, XENPF_INTERFACE_VERSION};

  say("init_control", HYPERCALL2(event_channel_op, EVTCHNOP_init_control, (u32)&init));
  say("expand_array", HYPERCALL2(event_channel_op, EVTCHNOP_init_control + 1, (u32)&init));
  say("domctl in a wrong version", HYPERCALL1(domctl, (u32)wrong));
  say("sysctl in a wrong version", HYPERCALL1(sysctl, (u32)wrong));
  say("platform_op in a wrong version", HYPERCALL1(platform_op, (u32)wrong));
  say("domctl", HYPERCALL1(domctl, (u32)right));
  say("sysctl", HYPERCALL1(sysctl, (u32)right));
  say("platform_op", HYPERCALL1(platform_op, (u32)platform));
  say("domctl from nowhere", HYPERCALL1(domctl, 0x70000000));
  say("console_io", HYPERCALL3(console_io, CONSOLEIO_write, 0, 0));
}

void kernel_main(void) {
  struct trap_info traps[] = {
      {13, 0, FLAT_RING1_CS, (u32)gp_entry}, {14, 0, FLAT_RING1_CS, (u32)pf_entry}, {0}};

  HYPERCALL1(set_trap_table, (u32)traps);
  HYPERCALL4(update_va_mapping, (u32)&shared, start_info->shared_info | 3, 0, UVMF_INVLPG);
  multicalls();
  callbacks();
  vcpu->evtchn_upcall_mask = 1;
  selectors();
  privilege();
  registers();
  strings();
  memory();
  features();
  control();
}
