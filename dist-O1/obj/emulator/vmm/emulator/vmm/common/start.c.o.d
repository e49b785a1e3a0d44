dist-O1/obj/emulator/vmm/emulator/vmm/common/start.c.o.4445.new: \
 emulator/vmm/common/start.c emulator/vmm/include/vmm/start.h \
 emulator/vmm/include/vmm/arch.h emulator/vmm/include/vmm/types.h \
 emulator/vmm/include/public/types.h emulator/vmm/include/vmm/boot.h \
 emulator/vmm/include/vmm/domain.h emulator/vmm/include/public/xen.h \
 emulator/vmm/include/public/console.h \
 emulator/vmm/include/public/types.h \
 emulator/vmm/include/public/control.h \
 emulator/vmm/include/public/elfnote.h \
 emulator/vmm/include/public/errno.h emulator/vmm/include/public/event.h \
 emulator/vmm/include/public/hypercall.h \
 emulator/vmm/include/public/layout.h \
 emulator/vmm/include/public/memory.h emulator/vmm/include/public/mmu.h \
 emulator/vmm/include/public/physdev.h \
 emulator/vmm/include/public/sched.h \
 emulator/vmm/include/public/shared_info.h \
 emulator/vmm/include/public/start_info.h \
 emulator/vmm/include/public/trap.h emulator/vmm/include/public/version.h \
 emulator/vmm/include/vmm/evtchn.h emulator/vmm/include/public/event.h \
 emulator/vmm/include/x86/domain.h emulator/vmm/include/public/layout.h \
 emulator/vmm/include/public/trap.h emulator/vmm/include/vmm/image.h \
 emulator/vmm/include/vmm/log.h emulator/vmm/include/vmm/string.h
