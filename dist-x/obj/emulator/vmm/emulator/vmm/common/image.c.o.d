dist-x/obj/emulator/vmm/emulator/vmm/common/image.c.o.16548.new: \
 emulator/vmm/common/image.c emulator/vmm/include/vmm/image.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/elf.h emulator/vmm/include/vmm/string.h
