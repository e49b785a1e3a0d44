dist-x/obj/emulator/vmm/emulator/vmm/arch/x86/guest_copy.c.o.16548.new: \
 emulator/vmm/arch/x86/guest_copy.c emulator/vmm/include/vmm/guest_copy.h \
 emulator/vmm/include/public/errno.h emulator/vmm/include/public/layout.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/log.h
