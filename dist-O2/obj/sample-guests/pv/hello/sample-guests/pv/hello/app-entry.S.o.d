dist-O2/obj/sample-guests/pv/hello/sample-guests/pv/hello/app-entry.S.o.5991.new: \
 sample-guests/pv/hello/app-entry.S sample-guests/lib/probe.inc
