dist-O1/obj/emulator/vmm/emulator/vmm/common/format.c.o.4445.new: \
 emulator/vmm/common/format.c emulator/vmm/include/vmm/log.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/string.h
