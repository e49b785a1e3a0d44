dist-O2/obj/emulator/vmm/emulator/vmm/arch/x86/main.c.o.5991.new: \
 emulator/vmm/arch/x86/main.c emulator/vmm/include/x86/boot.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/boot.h emulator/vmm/include/vmm/log.h \
 emulator/vmm/include/vmm/sched.h emulator/vmm/include/vmm/start.h \
 emulator/vmm/include/x86/cpu.h emulator/vmm/include/x86/desc.h \
 emulator/vmm/include/public/trap.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/x86/frame.h emulator/vmm/include/x86/page.h \
 emulator/vmm/include/vmm/config.h emulator/vmm/include/x86/pic.h \
 emulator/vmm/include/x86/serial.h emulator/vmm/include/x86/time.h
