dist-O1/obj/emulator/vmm/emulator/vmm/common/math64.c.o.4445.new: \
 emulator/vmm/common/math64.c emulator/vmm/include/vmm/types.h \
 emulator/vmm/include/public/types.h
