dist-O2/obj/emulator/vmm/emulator/vmm/arch/x86/routines.S.o.5991.new: \
 emulator/vmm/arch/x86/routines.S emulator/vmm/include/x86/asm.h
