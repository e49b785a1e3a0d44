dist-x/obj/sample-guests/bare/hello/sample-guests/bare/hello/entry.S.o.16548.new: \
 sample-guests/bare/hello/entry.S sample-guests/bare/hello/kernel.h \
 sample-guests/lib/trap-entry.inc
