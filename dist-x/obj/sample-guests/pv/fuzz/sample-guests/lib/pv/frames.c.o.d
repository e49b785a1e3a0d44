dist-x/obj/sample-guests/pv/fuzz/sample-guests/lib/pv/frames.c.o.16548.new: \
 sample-guests/lib/pv/frames.c sample-guests/lib/pv/guest.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
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
 emulator/vmm/include/public/trap.h emulator/vmm/include/public/version.h
