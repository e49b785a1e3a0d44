dist-O1/obj/sample-guests/pv/processor/sample-guests/lib/kernel-probes.S.o.4445.new: \
 sample-guests/lib/kernel-probes.S sample-guests/lib/probe.inc
