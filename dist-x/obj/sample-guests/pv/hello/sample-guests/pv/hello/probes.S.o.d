dist-x/obj/sample-guests/pv/hello/sample-guests/pv/hello/probes.S.o.16548.new: \
 sample-guests/pv/hello/probes.S sample-guests/lib/probe.inc
