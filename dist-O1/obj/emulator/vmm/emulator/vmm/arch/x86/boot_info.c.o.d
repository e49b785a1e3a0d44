dist-O1/obj/emulator/vmm/emulator/vmm/arch/x86/boot_info.c.o.4445.new: \
 emulator/vmm/arch/x86/boot_info.c emulator/vmm/include/vmm/boot.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/config.h emulator/vmm/include/vmm/log.h \
 emulator/vmm/include/vmm/string.h emulator/vmm/include/x86/boot.h
