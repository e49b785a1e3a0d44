dist-O1/obj/emulator/vmm/emulator/vmm/arch/x86/power.c.o.4445.new: \
 emulator/vmm/arch/x86/power.c emulator/vmm/include/vmm/arch.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/x86/cpu.h emulator/vmm/include/x86/serial.h
