dist-O1/obj/emulator/vmm/emulator/vmm/arch/x86/routines.S.o.4445.new: \
 emulator/vmm/arch/x86/routines.S emulator/vmm/include/x86/asm.h
