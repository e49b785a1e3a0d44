dist-O2/obj/emulator/vmm/emulator/vmm/arch/x86/mm/paging.c.o.5991.new: \
 emulator/vmm/arch/x86/mm/paging.c emulator/vmm/include/x86/page.h \
 emulator/vmm/include/vmm/config.h emulator/vmm/include/vmm/types.h \
 emulator/vmm/include/public/types.h emulator/vmm/include/public/layout.h \
 emulator/vmm/include/vmm/log.h emulator/vmm/include/vmm/string.h \
 emulator/vmm/include/x86/cpu.h emulator/vmm/include/x86/frame.h \
 emulator/vmm/include/x86/mm.h
