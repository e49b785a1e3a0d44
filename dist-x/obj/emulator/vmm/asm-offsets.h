/* Made from emulator/vmm/asm-offsets.c. */
#define REGS_eax          24
#define REGS_error_code   28
#define REGS_entry_vector 30
#define REGS_eip          32
#define REGS_cs           36
#define REGS_esp          44
#define REGS_es           52
#define REGS_ds           56
#define REGS_fs           60
#define REGS_gs           64
#define REGS_bytes        68
#define VCPU_info         12
#define VCPU_vmm_esp      2204
