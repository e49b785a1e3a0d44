dist-x/obj/sample-guests/bare/hello/sample-guests/bare/hello/app-entry.S.o.16548.new: \
 sample-guests/bare/hello/app-entry.S sample-guests/lib/probe.inc
