dist-O1/obj/sample-guests/pv/failsafe/sample-guests/pv/failsafe/entry.S.o.4445.new: \
 sample-guests/pv/failsafe/entry.S \
 emulator/vmm/include/public/hypercall.h \
 emulator/vmm/include/public/layout.h sample-guests/lib/trap-entry.inc
