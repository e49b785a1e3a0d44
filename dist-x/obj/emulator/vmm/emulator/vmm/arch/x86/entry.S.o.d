dist-x/obj/emulator/vmm/emulator/vmm/arch/x86/entry.S.o.16548.new: \
 emulator/vmm/arch/x86/entry.S dist-x/obj/emulator/vmm/asm-offsets.h \
 emulator/vmm/include/public/layout.h emulator/vmm/include/vmm/config.h \
 emulator/vmm/include/x86/asm.h
