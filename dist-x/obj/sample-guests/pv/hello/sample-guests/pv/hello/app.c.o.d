dist-x/obj/sample-guests/pv/hello/sample-guests/pv/hello/app.c.o.16548.new: \
 sample-guests/pv/hello/app.c sample-guests/pv/hello/app.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/pv/hello/system-calls.h
