dist-O2/obj/emulator/vmm/emulator/vmm/common/elf_notes.c.o.5991.new: \
 emulator/vmm/common/elf_notes.c emulator/vmm/include/public/elfnote.h \
 emulator/vmm/include/public/layout.h emulator/vmm/include/vmm/elf.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/image.h emulator/vmm/include/vmm/log.h \
 emulator/vmm/include/vmm/string.h
