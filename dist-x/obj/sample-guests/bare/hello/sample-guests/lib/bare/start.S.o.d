dist-x/obj/sample-guests/bare/hello/sample-guests/lib/bare/start.S.o.16548.new: \
 sample-guests/lib/bare/start.S
