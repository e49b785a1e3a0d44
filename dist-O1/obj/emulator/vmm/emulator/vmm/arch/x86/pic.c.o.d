dist-O1/obj/emulator/vmm/emulator/vmm/arch/x86/pic.c.o.4445.new: \
 emulator/vmm/arch/x86/pic.c emulator/vmm/include/x86/pic.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/x86/cpu.h
