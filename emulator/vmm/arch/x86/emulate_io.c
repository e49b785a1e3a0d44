/*
 * IN, OUT, INS and OUTS of a guest whose virtual IOPL allows them. The first domain reaches the machine's
 * ports, except those that the VMM drives. Elsewhere reads give ones and writes are lost.
 */
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/preempt.h"
#include "x86/bounce.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/emulate.h"
#include "x86/guest_mode.h"
#include "x86/mm.h"
#include "x86/vectors.h"

struct port_range {
  u16 first, last;
};

/* The interrupt controllers, the timer, both serial ports, and the ports that end the machine. */
static const struct port_range denied[] = {{0x20, 0x21},   {0x40, 0x43},   {0xa0, 0xa1},    {0xf4, 0xf4},
                                           {0x2f8, 0x2ff}, {0x3f8, 0x3ff}, {0x8900, 0x8900}};

static bool port_granted(const struct vcpu *v, u32 port, u32 size) {
  if (!v->domain->privileged) return false;
  for (u32 i = 0; i < ARRAY_LENGTH(denied); i++)
    if (port <= denied[i].last && port + size > denied[i].first) return false;
  return true;
}

static u32 port_read(u16 port, u32 size) {
  u32 value;
  if (size == 1)
    asm volatile("xorl %0, %0; inb %w1, %b0" : "=&a"(value) : "d"(port));
  else if (size == 2)
    asm volatile("xorl %0, %0; inw %w1, %w0" : "=&a"(value) : "d"(port));
  else
    asm volatile("inl %w1, %0" : "=a"(value) : "d"(port));
  return value;
}

static void port_write(u16 port, u32 size, u32 value) {
  if (size == 1)
    asm volatile("outb %b0, %w1" : : "a"(value), "d"(port));
  else if (size == 2)
    asm volatile("outw %w0, %w1" : : "a"(value), "d"(port));
  else
    asm volatile("outl %0, %w1" : : "a"(value), "d"(port));
}

/* A data segment; for reading also a code segment. Writing needs the writable bit. */
static bool segment_allows(desc_t desc, bool write) {
  if (!(desc & DESC_P)) return false;
  const bool code = desc & DESC_EXECUTABLE, second = desc & DESC_WRITABLE_OR_READABLE;
  return write ? !code && second : !code || second;
}

/* An I/O instruction and its prefixes. E4-E7 give the port in a byte, EC-EF in DX; 6C-6F are strings. */
struct io {
  u8 opcode;
  bool repeated, short_addresses;
  u32 size;     /* of the operand, bytes */
  u32 selector; /* of the source of OUTS */
  u32 length;   /* of the prefixes and the opcode */
};

static bool decode_prefix(struct io *io, const struct cpu_regs *regs, u8 byte, bool *word) {
  switch (byte) {
  case 0x66:
    return *word = true;
  case 0x67:
    return io->short_addresses = true;
  case 0xf2:
  case 0xf3:
    return io->repeated = true;
  case 0x26:
    return io->selector = regs->es, true;
  case 0x2e:
    return io->selector = regs->cs, true;
  case 0x36:
    return io->selector = regs->ss, true;
  case 0x3e:
    return io->selector = regs->ds, true;
  case 0x64:
    return io->selector = regs->fs, true;
  case 0x65:
    return io->selector = regs->gs, true;
  default:
    return false;
  }
}

static struct io decode(const struct cpu_regs *regs, const u8 *code) {
  struct io io = {.selector = regs->ds};
  bool word = false;
  while (io.length < INSTRUCTION_MAX - 2 && decode_prefix(&io, regs, code[io.length], &word))
    io.length++;
  io.opcode = code[io.length++];
  io.size = !(io.opcode & 1) ? 1 : word ? 2 : 4;
  return io;
}

static void emulate_register(struct vcpu *v, struct cpu_regs *regs, const struct io *io, u16 port) {
  const u32 mask = io->size == 4 ? ~0u : (1u << io->size * 8) - 1;
  const bool granted = port_granted(v, port, io->size);
  if (!(io->opcode & 2))
    regs->eax = (regs->eax & ~mask) | ((granted ? port_read(port, io->size) : ~0u) & mask);
  else if (granted)
    port_write(port, io->size, regs->eax);
}

/* The guest's own access would have faulted, so it gets the fault, with EIP at the instruction. */
static void bounce_page_fault(struct vcpu *v, struct cpu_regs *regs, u32 linear, bool write) {
  const u32 present = walk_to_entry(v, linear) & PTE_P ? PF_PRESENT : 0;
  v->info->arch.cr2 = linear;
  bounce_trap(v, regs, VECTOR_PF, present | (write ? PF_WRITE : 0) | (guest_kernel_mode(regs) ? 0 : PF_USER));
}

/* Moves one element between the port and memory. False if that faulted; the guest has been told then. */
static bool move_element(struct vcpu *v, struct cpu_regs *regs, const struct io *io, u32 linear) {
  const bool in = !(io->opcode & 2), granted = port_granted(v, (u16)regs->edx, io->size);
  u32 value = ~0u;
  if (in && granted) value = port_read((u16)regs->edx, io->size);
  const int error = in ? copy_to_guest(linear, &value, io->size) : copy_from_guest(&value, linear, io->size);
  if (error) {
    /* If an element crosses two pages, the second may be missing. CR2 tells which page it was. */
    bounce_page_fault(v, regs, guest_range_ok(linear, io->size) ? read_cr2() : linear, in);
    return false;
  }
  if (!in && granted) port_write((u16)regs->edx, io->size, value);
  return true;
}

static u32 advanced(u32 value, u32 by, bool short_addresses) {
  return short_addresses ? (value & ~0xffffu) | ((value + by) & 0xffff) : value + by;
}

/*
 * INS to ES:EDI, or OUTS from DS:ESI. A long repetition lets others run and is then executed again, as on the
 * processor.
 */
static bool emulate_string(struct vcpu *v, struct cpu_regs *regs, const struct io *io, u32 *length) {
  const bool in = !(io->opcode & 2);
  const u32 mask = io->short_addresses ? 0xffff : ~0u, step = regs->eflags & EFLAGS_DF ? -io->size : io->size;
  const desc_t desc = selector_descriptor(v, in ? regs->es : io->selector);
  u32 *const index = in ? &regs->edi : &regs->esi;
  *length = io->length;
  if (!segment_allows(desc, in)) return false;
  while (!io->repeated || regs->ecx & mask) {
    const u32 offset = *index & mask;
    if (offset > desc_limit(desc) || desc_limit(desc) - offset < io->size - 1) return false;
    if (!move_element(v, regs, io, desc_base(desc) + offset)) return *length = 0, true;
    *index = advanced(*index, step, io->short_addresses);
    if (!io->repeated) break;
    regs->ecx = advanced(regs->ecx, -1u, io->short_addresses);
    if (regs->ecx & mask && preempt_wanted()) return *length = 0, true;
  }
  return true;
}

bool emulate_io(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length) {
  const struct io io = decode(regs, code);
  if ((io.opcode & 0xfc) == 0x6c) return emulate_string(v, regs, &io, length);
  const bool in_dx = (io.opcode & 0xfc) == 0xec;
  if (!in_dx && (io.opcode & 0xfc) != 0xe4) return false;
  emulate_register(v, regs, &io, in_dx ? (u16)regs->edx : code[io.length]);
  *length = io.length + !in_dx;
  return true;
}
