dist-x/obj/sample-guests/bare/triple-fault/sample-guests/lib/bare/start.S.o.16548.new: \
 sample-guests/lib/bare/start.S
