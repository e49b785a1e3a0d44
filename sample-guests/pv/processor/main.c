/*
 * pv/processor: the processor as a ring-1 kernel sees it. Instructions of ring 0 trap; the VMM does what they
 * mean for this guest, or bounces them as general-protection faults.
 *
 * Verdict: success: every line as in the golden text, then power-off.
 */
#include "guest.h"
#include "print.h"
#include "probe.h"
#include "trap-frame.h"

#define CR0_SHOWN   0x80010009u /* PG WP TS PE */
#define CR0_TS      8u
#define CR0_WP      0x10000u
#define CR4_PAE     0x20u
#define EMPTY_PORT  0x250
#define MASK_IN_CS  0x10000u
#define HIDDEN_LEAF 0x40000000u

u32 probe_from_cr0(u32 *), probe_from_cr2(u32 *), probe_from_cr3(u32 *), probe_from_cr4(u32 *);
u32 probe_to_cr0(u32), probe_to_cr2(u32), probe_to_cr3(u32), probe_to_cr4(u32);
u32 probe_from_dr0(u32 *), probe_from_dr7(u32 *), probe_to_dr0(u32), probe_to_dr7(u32);
u32 probe_clts(void), probe_wbinvd(void), probe_invd(void), probe_cli(void), probe_sti(void),
    probe_fninit(void);
u32 probe_lgdt(void), probe_lidt(void), probe_ltr(void), probe_ud2(void), probe_hlt(void), probe_lmsw(u32);
u32 probe_insb(u32 port, u8 *to), probe_rdmsr(void), probe_wrmsr(void), probe_gate(void), probe_in_pic(u32 *);
u32 probe_in8(u32 port, u32 *), probe_in16(u32 port, u32 *), probe_in32(u32 port, u32 *);
void forced_cpuid(u32 leaf, u32 values[4]);
void trap(struct trap_frame *frame);

extern char invalid_opcode_entry[], no_coprocessor_entry[], general_protection_entry[], gate_entry[];

static char shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static volatile struct vcpu_info *vcpu;
static u32 gate_cs; /* the word that the last frame of the gate had for CS */

void trap(struct trap_frame *frame) {
  const struct probe *probe = probe_at(frame->eip);

  if (frame->vector == 0x80) {
    gate_cs = frame->cs;
    return;
  }
  printk("  trap %u, error %x\n", frame->vector, frame->error_code);
  if (probe == NULL) domain_shutdown(SHUTDOWN_crash);
  frame->eip = probe->resume;
  frame->eax = PROBE_REFUSED;
}

static void show(const char *what, u32 refused) {
  printk("%s: %s\n", what, refused ? "refused" : "done");
}

static void show_cr0(const char *what, u32 refused) {
  u32 cr0 = 0;

  show(what, refused);
  probe_from_cr0(&cr0);
  printk("  CR0: %08x\n", cr0 & CR0_SHOWN);
}

static void control_registers(void) {
  u32 cr0 = 0, cr2 = 0, cr3 = 0, cr4 = 0;

  show_cr0("read CR0", probe_from_cr0(&cr0));
  show_cr0("set TS", probe_to_cr0(cr0 | CR0_TS));
  show_cr0("clts", probe_clts());
  show_cr0("set TS by lmsw", probe_lmsw(cr0 | CR0_TS));
  show_cr0("clear WP", probe_to_cr0(cr0 & ~CR0_WP));
  show("write CR2", probe_to_cr2(0x1234));
  probe_from_cr2(&cr2);
  printk("  CR2: %x, in the shared page %x\n", cr2, vcpu->arch.cr2);
  show("read CR3", probe_from_cr3(&cr3));
  printk("  it is %s\n",
         cr3 == xen_pfn_to_cr3(mfn_of((void *)start_info->pt_base)) ? "the L3's frame" : "another");
  show("write CR3", probe_to_cr3(cr3));
  show("write a page into CR3", probe_to_cr3(xen_pfn_to_cr3(mfn_of(shared_page))));
  show("read CR4", probe_from_cr4(&cr4));
  show("write CR4", probe_to_cr4(cr4));
  show("clear CR4.PAE", probe_to_cr4(cr4 & ~CR4_PAE));
  probe_from_cr4(&cr4);
  printk("  PAE: %u\n", cr4 & CR4_PAE ? 1 : 0);
}

static void debug_registers(void) {
  u32 dr0 = 0, dr7 = 0;

  show("write DR0", probe_to_dr0(0x5678));
  show("write DR7", probe_to_dr7(0x402));
  probe_from_dr0(&dr0);
  probe_from_dr7(&dr7);
  printk("  DR0: %x, DR7: %x\n", dr0, dr7);
}

static void others(void) {
  show("wbinvd", probe_wbinvd());
  show("invd", probe_invd());
  show("hlt", probe_hlt());
  show("rdmsr", probe_rdmsr());
  show("wrmsr", probe_wrmsr());
  show("lgdt", probe_lgdt());
  show("lidt", probe_lidt());
  show("ltr", probe_ltr());
  show("ud2", probe_ud2());
  show("fninit", probe_fninit());
}

/* The virtual IOPL counts: ring 1 needs 1. */
static void ports(void) {
  struct physdev_set_iopl iopl = {.iopl = 1};
  u32 value = 0;
  u8 byte = 0x55;

  show("in with IOPL 0", probe_in8(EMPTY_PORT, &value));
  printk("set IOPL 1: %d\n", HYPERCALL2(physdev_op, PHYSDEVOP_set_iopl, (u32)&iopl));
  show("in, 8 bits", probe_in8(EMPTY_PORT, &value));
  printk("  %08x\n", value);
  show("in, 16 bits", probe_in16(EMPTY_PORT, &value));
  printk("  %08x\n", value);
  show("in, 32 bits", probe_in32(EMPTY_PORT, &value));
  printk("  %08x\n", value);
  show("in from the VMM's own port", probe_in_pic(&value));
  printk("  %08x\n", value);
  show("insb", probe_insb(EMPTY_PORT, &byte));
  printk("  %02x\n", byte);
  iopl.iopl = 4;
  printk("set IOPL 4: %d\n", HYPERCALL2(physdev_op, PHYSDEVOP_set_iopl, (u32)&iopl));
}

static void interrupt_flag(void) {
  show("sti", probe_sti());
  printk("  mask %u\n", vcpu->evtchn_upcall_mask);
  show("cli", probe_cli());
  printk("  mask %u\n", vcpu->evtchn_upcall_mask);
}

static void cpuid(void) {
  u32 v[5] = {0};

  forced_cpuid(HIDDEN_LEAF, v);
  printk("forced cpuid %x: %x \"%s\"\n", HIDDEN_LEAF, v[0], (const char *)&v[1]);
  forced_cpuid(HIDDEN_LEAF + 1, v);
  printk("forced cpuid %x: interface %u.%u\n", HIDDEN_LEAF + 1, v[0] >> 16, v[0] & 0xffff);
  forced_cpuid(1, v);
  printk("forced cpuid 1: %s, %s\n", v[3] & 1 << 6 ? "PAE" : "no PAE",
         v[3] & 1 << 3 ? "large pages" : "no large pages");
}

static void add(struct trap_info *entry, u32 vector, u32 flags, const char *handler) {
  *entry = (struct trap_info){(u8)vector, (u8)flags, FLAT_RING1_CS, (u32)handler};
}

static void register_gate(u32 flags) {
  struct trap_info table[2] = {0};

  add(&table[0], 0x80, flags, gate_entry);
  HYPERCALL1(set_trap_table, (u32)table);
}

/* A frame from the VMM tells that events were masked; one from the processor cannot. */
static void show_gate(const char *what, u32 flags) {
  register_gate(flags);
  vcpu->evtchn_upcall_mask = 1;
  gate_cs = 0;
  probe_gate();
  printk("int 0x80 %s: by the %s\n", what, gate_cs & MASK_IN_CS ? "VMM" : "processor");
}

static void direct_gate(void) {
  show_gate("with a plain gate", 1);
  show_gate("with a gate that masks events", 1 | TRAP_MASK_EVENTS);
  show_gate("with a plain gate again", 1);
  printk("int 0x80 with DPL 0\n");
  register_gate(0);
  show("  it", probe_gate());
}

static void start(void) {
  struct trap_info table[4] = {0};
  u32 entry = start_info->shared_info | 3;

  add(&table[0], 6, 0, invalid_opcode_entry);
  add(&table[1], 7, 0, no_coprocessor_entry);
  add(&table[2], 13, 0, general_protection_entry);
  HYPERCALL1(set_trap_table, (u32)table);
  HYPERCALL4(update_va_mapping, (u32)shared_page, entry, 0, UVMF_INVLPG);
  vcpu = &((struct shared_info *)shared_page)->vcpu_info[0];
}

void kernel_main(void) {
  printk("pv/processor\n");
  start();
  control_registers();
  debug_registers();
  others();
  ports();
  interrupt_flag();
  cpuid();
  direct_gate();
  printk("kernel: power off\n");
}
