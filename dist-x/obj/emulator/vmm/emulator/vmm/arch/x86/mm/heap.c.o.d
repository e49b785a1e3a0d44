dist-x/obj/emulator/vmm/emulator/vmm/arch/x86/mm/heap.c.o.16548.new: \
 emulator/vmm/arch/x86/mm/heap.c emulator/vmm/include/vmm/heap.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/log.h emulator/vmm/include/x86/frame.h \
 emulator/vmm/include/x86/page.h emulator/vmm/include/vmm/config.h
