dist-x/obj/sample-guests/pv/processor/sample-guests/pv/processor/entry.S.o.16548.new: \
 sample-guests/pv/processor/entry.S sample-guests/lib/trap-entry.inc
