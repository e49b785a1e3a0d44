dist-O1/obj/emulator/vmm/emulator/vmm/common/string.c.o.4445.new: \
 emulator/vmm/common/string.c emulator/vmm/include/vmm/string.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h
