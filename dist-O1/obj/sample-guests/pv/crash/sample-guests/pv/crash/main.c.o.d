dist-O1/obj/sample-guests/pv/crash/sample-guests/pv/crash/main.c.o.4445.new: \
 sample-guests/pv/crash/main.c sample-guests/lib/pv/guest.h \
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
 emulator/vmm/include/public/trap.h emulator/vmm/include/public/version.h \
 sample-guests/lib/print.h sample-guests/lib/base.h
