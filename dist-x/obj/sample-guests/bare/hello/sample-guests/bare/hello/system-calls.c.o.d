dist-x/obj/sample-guests/bare/hello/sample-guests/bare/hello/system-calls.c.o.16548.new: \
 sample-guests/bare/hello/system-calls.c \
 sample-guests/bare/hello/system-calls.h \
 sample-guests/bare/hello/kernel.h sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/trap-frame.h sample-guests/lib/base.h \
 sample-guests/lib/bare/machine.h sample-guests/lib/print.h
