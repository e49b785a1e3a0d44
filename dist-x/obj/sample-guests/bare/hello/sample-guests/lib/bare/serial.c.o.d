dist-x/obj/sample-guests/bare/hello/sample-guests/lib/bare/serial.c.o.16548.new: \
 sample-guests/lib/bare/serial.c sample-guests/lib/bare/machine.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/print.h sample-guests/lib/base.h
