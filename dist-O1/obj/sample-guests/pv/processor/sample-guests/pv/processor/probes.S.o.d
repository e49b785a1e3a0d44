dist-O1/obj/sample-guests/pv/processor/sample-guests/pv/processor/probes.S.o.4445.new: \
 sample-guests/pv/processor/probes.S sample-guests/lib/probe.inc
