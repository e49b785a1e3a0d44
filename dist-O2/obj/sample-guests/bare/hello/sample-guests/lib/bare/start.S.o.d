dist-O2/obj/sample-guests/bare/hello/sample-guests/lib/bare/start.S.o.5991.new: \
 sample-guests/lib/bare/start.S
