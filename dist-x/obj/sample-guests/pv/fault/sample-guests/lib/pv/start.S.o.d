dist-x/obj/sample-guests/pv/fault/sample-guests/lib/pv/start.S.o.16548.new: \
 sample-guests/lib/pv/start.S emulator/vmm/include/public/elfnote.h
