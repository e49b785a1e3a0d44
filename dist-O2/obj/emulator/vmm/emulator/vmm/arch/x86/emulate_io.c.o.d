dist-O2/obj/emulator/vmm/emulator/vmm/arch/x86/emulate_io.c.o.5991.new: \
 emulator/vmm/arch/x86/emulate_io.c emulator/vmm/include/vmm/domain.h \
 emulator/vmm/include/public/xen.h emulator/vmm/include/public/console.h \
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
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/x86/domain.h emulator/vmm/include/public/layout.h \
 emulator/vmm/include/public/trap.h emulator/vmm/include/vmm/guest_copy.h \
 emulator/vmm/include/vmm/sched.h emulator/vmm/include/x86/cpu.h \
 emulator/vmm/include/x86/desc.h emulator/vmm/include/x86/mm.h \
 emulator/vmm/include/x86/frame.h emulator/vmm/include/x86/page.h \
 emulator/vmm/include/vmm/config.h emulator/vmm/include/x86/traps.h
