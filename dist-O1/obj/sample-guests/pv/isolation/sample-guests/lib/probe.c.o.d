dist-O1/obj/sample-guests/pv/isolation/sample-guests/lib/probe.c.o.4445.new: \
 sample-guests/lib/probe.c sample-guests/lib/probe.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/print.h
