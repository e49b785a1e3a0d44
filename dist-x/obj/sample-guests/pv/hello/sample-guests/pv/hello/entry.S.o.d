dist-x/obj/sample-guests/pv/hello/sample-guests/pv/hello/entry.S.o.16548.new: \
 sample-guests/pv/hello/entry.S emulator/vmm/include/public/hypercall.h \
 emulator/vmm/include/public/layout.h sample-guests/lib/trap-entry.inc
