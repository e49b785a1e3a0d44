dist-x/obj/emulator/vmm/emulator/vmm/arch/x86/boot.S.o.16548.new: \
 emulator/vmm/arch/x86/boot.S emulator/vmm/include/vmm/config.h
