dist-x/obj/sample-guests/pv/processor/sample-guests/lib/kernel-probes.S.o.16548.new: \
 sample-guests/lib/kernel-probes.S sample-guests/lib/probe.inc
