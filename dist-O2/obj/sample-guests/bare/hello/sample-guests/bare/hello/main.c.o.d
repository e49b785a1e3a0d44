dist-O2/obj/sample-guests/bare/hello/sample-guests/bare/hello/main.c.o.5991.new: \
 sample-guests/bare/hello/main.c sample-guests/bare/hello/kernel.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/trap-frame.h sample-guests/lib/base.h \
 sample-guests/lib/bare/machine.h sample-guests/lib/print.h \
 sample-guests/lib/probe.h
