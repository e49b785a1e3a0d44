dist-O1/obj/sample-guests/pv/hello/sample-guests/pv/hello/probes.S.o.4445.new: \
 sample-guests/pv/hello/probes.S sample-guests/lib/probe.inc
