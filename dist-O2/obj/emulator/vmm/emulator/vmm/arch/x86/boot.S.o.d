dist-O2/obj/emulator/vmm/emulator/vmm/arch/x86/boot.S.o.5991.new: \
 emulator/vmm/arch/x86/boot.S emulator/vmm/include/vmm/config.h
