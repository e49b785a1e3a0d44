dist-x/obj/emulator/vmm/emulator/vmm/common/math64.c.o.16548.new: \
 emulator/vmm/common/math64.c emulator/vmm/include/vmm/types.h \
 emulator/vmm/include/public/types.h
