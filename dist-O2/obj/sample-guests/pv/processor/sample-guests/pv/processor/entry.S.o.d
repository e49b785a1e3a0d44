dist-O2/obj/sample-guests/pv/processor/sample-guests/pv/processor/entry.S.o.5991.new: \
 sample-guests/pv/processor/entry.S sample-guests/lib/trap-entry.inc
