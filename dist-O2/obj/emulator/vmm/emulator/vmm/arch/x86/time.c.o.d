dist-O2/obj/emulator/vmm/emulator/vmm/arch/x86/time.c.o.5991.new: \
 emulator/vmm/arch/x86/time.c emulator/vmm/include/vmm/time.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/arch.h emulator/vmm/include/vmm/log.h \
 emulator/vmm/include/x86/cpu.h emulator/vmm/include/x86/pic.h \
 emulator/vmm/include/x86/time.h emulator/vmm/include/x86/traps.h \
 emulator/vmm/include/public/trap.h emulator/vmm/include/public/types.h
