/*
 * IN and OUT of a guest whose virtual IOPL allows them. The first domain reaches
 * the machine's ports but for those that the VMM drives itself; elsewhere reads
 * give ones and writes are lost.
 */
#include "vmm/domain.h"
#include "x86/cpu.h"
#include "x86/traps.h"

struct port_range {
  u16 first, last;
};

/* Interrupt controllers, timer, both serial ports, the ends of the machine. */
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

/* E4-E7 name the port in a byte, EC-EF in DX; bit 0 full size, bit 1 out; 66 makes the size 2. */
bool emulate_io(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length) {
  bool word = code[0] == 0x66;
  u8 opcode = code[word];
  bool in_dx = (opcode & 0xfc) == 0xec;
  if (!in_dx && (opcode & 0xfc) != 0xe4) return false;
  u32 size = !(opcode & 1) ? 1 : word ? 2 : 4;
  u16 port = in_dx ? (u16)regs->edx : code[word + 1];
  u32 mask = size == 4 ? ~0u : (1u << size * 8) - 1;
  bool granted = port_granted(v, port, size);
  if (!(opcode & 2))
    regs->eax = (regs->eax & ~mask) | ((granted ? port_read(port, size) : ~0u) & mask);
  else if (granted)
    port_write(port, size, regs->eax);
  *length = word + (in_dx ? 1 : 2);
  return true;
}
