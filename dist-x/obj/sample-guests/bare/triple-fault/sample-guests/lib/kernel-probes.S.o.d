dist-x/obj/sample-guests/bare/triple-fault/sample-guests/lib/kernel-probes.S.o.16548.new: \
 sample-guests/lib/kernel-probes.S sample-guests/lib/probe.inc
