dist-O2/obj/sample-guests/bare/triple-fault/sample-guests/bare/triple-fault/main.c.o.5991.new: \
 sample-guests/bare/triple-fault/main.c sample-guests/lib/bare/machine.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/print.h sample-guests/lib/base.h
