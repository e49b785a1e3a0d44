dist-x/obj/emulator/vmm/emulator/vmm/common/trace.c.o.16548.new: \
 emulator/vmm/common/trace.c emulator/vmm/include/vmm/trace.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h
