dist-x/obj/emulator/vmm/emulator/vmm/common/evtchn.c.o.16548.new: \
 emulator/vmm/common/evtchn.c emulator/vmm/include/vmm/evtchn.h \
 emulator/vmm/include/public/event.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/vmm/types.h emulator/vmm/include/public/types.h \
 emulator/vmm/include/public/errno.h emulator/vmm/include/vmm/console.h \
 emulator/vmm/include/vmm/domain.h emulator/vmm/include/public/xen.h \
 emulator/vmm/include/public/console.h \
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
 emulator/vmm/include/x86/domain.h emulator/vmm/include/public/layout.h \
 emulator/vmm/include/public/trap.h emulator/vmm/include/vmm/guest_copy.h \
 emulator/vmm/include/vmm/heap.h emulator/vmm/include/vmm/hypercall.h \
 emulator/vmm/include/vmm/sched.h emulator/vmm/include/vmm/arch.h \
 emulator/vmm/include/vmm/trace.h
