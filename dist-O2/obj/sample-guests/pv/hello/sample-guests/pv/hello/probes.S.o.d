dist-O2/obj/sample-guests/pv/hello/sample-guests/pv/hello/probes.S.o.5991.new: \
 sample-guests/pv/hello/probes.S sample-guests/lib/probe.inc
