dist-x/obj/sample-guests/pv/processor/sample-guests/pv/processor/probes.S.o.16548.new: \
 sample-guests/pv/processor/probes.S sample-guests/lib/probe.inc
