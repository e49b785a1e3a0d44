dist-O1/obj/sample-guests/bare/hello/sample-guests/bare/hello/entry.S.o.4445.new: \
 sample-guests/bare/hello/entry.S sample-guests/bare/hello/kernel.h \
 sample-guests/lib/trap-entry.inc
