dist-O2/obj/sample-guests/pv/processor/sample-guests/pv/processor/probes.S.o.5991.new: \
 sample-guests/pv/processor/probes.S sample-guests/lib/probe.inc
