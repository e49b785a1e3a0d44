dist-O1/obj/sample-guests/pv/processor/sample-guests/pv/processor/entry.S.o.4445.new: \
 sample-guests/pv/processor/entry.S sample-guests/lib/trap-entry.inc
