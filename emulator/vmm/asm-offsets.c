/* The sizes and offsets that entry.S needs. The build makes asm-offsets.h from them. */
#include "vmm/domain.h"

#define DEFINE(name, value) asm volatile("->" #name " %c0" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void) {
  DEFINE(REGS_eax, offsetof(struct cpu_regs, eax));
  DEFINE(REGS_error_code, offsetof(struct cpu_regs, error_code));
  DEFINE(REGS_entry_vector, offsetof(struct cpu_regs, entry_vector));
  DEFINE(REGS_eip, offsetof(struct cpu_regs, eip));
  DEFINE(REGS_cs, offsetof(struct cpu_regs, cs));
  DEFINE(REGS_esp, offsetof(struct cpu_regs, esp));
  DEFINE(REGS_es, offsetof(struct cpu_regs, es));
  DEFINE(REGS_ds, offsetof(struct cpu_regs, ds));
  DEFINE(REGS_fs, offsetof(struct cpu_regs, fs));
  DEFINE(REGS_gs, offsetof(struct cpu_regs, gs));
  DEFINE(REGS_bytes, sizeof(struct cpu_regs));
  DEFINE(VCPU_info, offsetof(struct vcpu, info));
  DEFINE(VCPU_vmm_esp, offsetof(struct vcpu, arch.vmm_esp));
}
