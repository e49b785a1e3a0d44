dist-O2/obj/sample-guests/pv/fault/sample-guests/lib/kernel-probes.S.o.5991.new: \
 sample-guests/lib/kernel-probes.S sample-guests/lib/probe.inc
