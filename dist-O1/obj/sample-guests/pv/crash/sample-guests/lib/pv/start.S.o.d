dist-O1/obj/sample-guests/pv/crash/sample-guests/lib/pv/start.S.o.4445.new: \
 sample-guests/lib/pv/start.S emulator/vmm/include/public/elfnote.h
