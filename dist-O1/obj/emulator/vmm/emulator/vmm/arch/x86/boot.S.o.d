dist-O1/obj/emulator/vmm/emulator/vmm/arch/x86/boot.S.o.4445.new: \
 emulator/vmm/arch/x86/boot.S emulator/vmm/include/vmm/config.h
