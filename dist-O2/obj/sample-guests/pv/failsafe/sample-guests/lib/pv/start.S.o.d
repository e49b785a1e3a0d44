dist-O2/obj/sample-guests/pv/failsafe/sample-guests/lib/pv/start.S.o.5991.new: \
 sample-guests/lib/pv/start.S emulator/vmm/include/public/elfnote.h
