dist-x/obj/emulator/vmm/emulator/vmm/arch/x86/image_read.c.o.16548.new: \
 emulator/vmm/arch/x86/image_read.c emulator/vmm/include/vmm/arch.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/boot.h emulator/vmm/include/vmm/image.h \
 emulator/vmm/include/vmm/string.h emulator/vmm/include/x86/frame.h \
 emulator/vmm/include/x86/page.h emulator/vmm/include/vmm/config.h
