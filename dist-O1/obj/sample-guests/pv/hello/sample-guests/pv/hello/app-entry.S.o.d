dist-O1/obj/sample-guests/pv/hello/sample-guests/pv/hello/app-entry.S.o.4445.new: \
 sample-guests/pv/hello/app-entry.S sample-guests/lib/probe.inc
