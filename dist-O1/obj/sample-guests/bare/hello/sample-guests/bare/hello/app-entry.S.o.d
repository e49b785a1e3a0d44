dist-O1/obj/sample-guests/bare/hello/sample-guests/bare/hello/app-entry.S.o.4445.new: \
 sample-guests/bare/hello/app-entry.S sample-guests/lib/probe.inc
