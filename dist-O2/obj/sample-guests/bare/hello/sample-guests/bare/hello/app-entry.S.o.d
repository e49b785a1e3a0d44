dist-O2/obj/sample-guests/bare/hello/sample-guests/bare/hello/app-entry.S.o.5991.new: \
 sample-guests/bare/hello/app-entry.S sample-guests/lib/probe.inc
