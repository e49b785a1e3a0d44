dist-x/obj/sample-guests/pv/hello/sample-guests/pv/hello/app-entry.S.o.16548.new: \
 sample-guests/pv/hello/app-entry.S sample-guests/lib/probe.inc
