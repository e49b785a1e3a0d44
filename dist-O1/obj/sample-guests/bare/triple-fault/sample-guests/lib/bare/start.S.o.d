dist-O1/obj/sample-guests/bare/triple-fault/sample-guests/lib/bare/start.S.o.4445.new: \
 sample-guests/lib/bare/start.S
