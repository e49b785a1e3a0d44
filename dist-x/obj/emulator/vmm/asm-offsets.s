	.file	"asm-offsets.c"
	.text
.Ltext0:
	.cfi_sections	.debug_frame
	.file 0 "." "emulator/vmm/asm-offsets.c"
	.globl	asm_offsets
	.type	asm_offsets, @function
asm_offsets:
.LFB1:
	.file 1 "emulator/vmm/asm-offsets.c"
	.loc 1 8 24 view -0
	.cfi_startproc
	.loc 1 9 3 view .LVU1
#APP
# 9 "emulator/vmm/asm-offsets.c" 1
	->REGS_eax 24
# 0 "" 2
	.loc 1 10 3 view .LVU2
# 10 "emulator/vmm/asm-offsets.c" 1
	->REGS_error_code 28
# 0 "" 2
	.loc 1 11 3 view .LVU3
# 11 "emulator/vmm/asm-offsets.c" 1
	->REGS_entry_vector 30
# 0 "" 2
	.loc 1 12 3 view .LVU4
# 12 "emulator/vmm/asm-offsets.c" 1
	->REGS_eip 32
# 0 "" 2
	.loc 1 13 3 view .LVU5
# 13 "emulator/vmm/asm-offsets.c" 1
	->REGS_cs 36
# 0 "" 2
	.loc 1 14 3 view .LVU6
# 14 "emulator/vmm/asm-offsets.c" 1
	->REGS_esp 44
# 0 "" 2
	.loc 1 15 3 view .LVU7
# 15 "emulator/vmm/asm-offsets.c" 1
	->REGS_es 52
# 0 "" 2
	.loc 1 16 3 view .LVU8
# 16 "emulator/vmm/asm-offsets.c" 1
	->REGS_ds 56
# 0 "" 2
	.loc 1 17 3 view .LVU9
# 17 "emulator/vmm/asm-offsets.c" 1
	->REGS_fs 60
# 0 "" 2
	.loc 1 18 3 view .LVU10
# 18 "emulator/vmm/asm-offsets.c" 1
	->REGS_gs 64
# 0 "" 2
	.loc 1 19 3 view .LVU11
# 19 "emulator/vmm/asm-offsets.c" 1
	->REGS_bytes 68
# 0 "" 2
	.loc 1 20 3 view .LVU12
# 20 "emulator/vmm/asm-offsets.c" 1
	->VCPU_info 12
# 0 "" 2
	.loc 1 21 3 view .LVU13
# 21 "emulator/vmm/asm-offsets.c" 1
	->VCPU_vmm_esp 2204
# 0 "" 2
	.loc 1 22 1 is_stmt 0 view .LVU14
#NO_APP
	ret
	.cfi_endproc
.LFE1:
	.size	asm_offsets, .-asm_offsets
.Letext0:
	.section	.debug_info,"",@progbits
.Ldebug_info0:
	.long	0x7b
	.value	0x5
	.byte	0x1
	.byte	0x4
	.long	.Ldebug_abbrev0
	.uleb128 0x2
	.long	.LASF11
	.byte	0x1d
	.long	.LASF0
	.long	.LASF1
	.long	.Ltext0
	.long	.Letext0-.Ltext0
	.long	.Ldebug_line0
	.uleb128 0x1
	.byte	0x1
	.byte	0x8
	.long	.LASF2
	.uleb128 0x1
	.byte	0x2
	.byte	0x7
	.long	.LASF3
	.uleb128 0x1
	.byte	0x4
	.byte	0x7
	.long	.LASF4
	.uleb128 0x1
	.byte	0x8
	.byte	0x7
	.long	.LASF5
	.uleb128 0x1
	.byte	0x1
	.byte	0x6
	.long	.LASF6
	.uleb128 0x1
	.byte	0x2
	.byte	0x5
	.long	.LASF7
	.uleb128 0x3
	.byte	0x4
	.byte	0x5
	.string	"int"
	.uleb128 0x1
	.byte	0x8
	.byte	0x5
	.long	.LASF8
	.uleb128 0x1
	.byte	0x1
	.byte	0x6
	.long	.LASF9
	.uleb128 0x1
	.byte	0x1
	.byte	0x2
	.long	.LASF10
	.uleb128 0x4
	.long	.LASF12
	.byte	0x1
	.byte	0x8
	.byte	0x6
	.long	.LFB1
	.long	.LFE1-.LFB1
	.uleb128 0x1
	.byte	0x9c
	.byte	0
	.section	.debug_abbrev,"",@progbits
.Ldebug_abbrev0:
	.uleb128 0x1
	.uleb128 0x24
	.byte	0
	.uleb128 0xb
	.uleb128 0xb
	.uleb128 0x3e
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0xe
	.byte	0
	.byte	0
	.uleb128 0x2
	.uleb128 0x11
	.byte	0x1
	.uleb128 0x25
	.uleb128 0xe
	.uleb128 0x13
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x1f
	.uleb128 0x1b
	.uleb128 0x1f
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x6
	.uleb128 0x10
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x3
	.uleb128 0x24
	.byte	0
	.uleb128 0xb
	.uleb128 0xb
	.uleb128 0x3e
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x8
	.byte	0
	.byte	0
	.uleb128 0x4
	.uleb128 0x2e
	.byte	0
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x3
	.uleb128 0xe
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x27
	.uleb128 0x19
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x6
	.uleb128 0x40
	.uleb128 0x18
	.uleb128 0x7a
	.uleb128 0x19
	.byte	0
	.byte	0
	.byte	0
	.section	.debug_aranges,"",@progbits
	.long	0x1c
	.value	0x2
	.long	.Ldebug_info0
	.byte	0x4
	.byte	0
	.value	0
	.value	0
	.long	.Ltext0
	.long	.Letext0-.Ltext0
	.long	0
	.long	0
	.section	.debug_line,"",@progbits
.Ldebug_line0:
	.section	.debug_str,"MS",@progbits,1
.LASF12:
	.string	"asm_offsets"
.LASF4:
	.string	"unsigned int"
.LASF2:
	.string	"unsigned char"
.LASF6:
	.string	"signed char"
.LASF3:
	.string	"short unsigned int"
.LASF7:
	.string	"short int"
.LASF5:
	.string	"long long unsigned int"
.LASF11:
	.ascii	"GNU C1"
	.string	"1 12.2.0 -mno-accumulate-outgoing-args -m32 -march=i686 -mno-sse -mno-mmx -g -gdwarf-5 -Og -std=gnu11 -fipa-ra -fcaller-saves -ffreestanding -fno-pie -fno-stack-protector -fcf-protection=none -fno-common -fno-strict-aliasing -fno-asynchronous-unwind-tables"
.LASF10:
	.string	"_Bool"
.LASF9:
	.string	"char"
.LASF8:
	.string	"long long int"
	.section	.debug_line_str,"MS",@progbits,1
.LASF1:
	.string	"."
.LASF0:
	.string	"emulator/vmm/asm-offsets.c"
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
