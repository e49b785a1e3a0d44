dist-x/obj/sample-guests/bare/hello/sample-guests/bare/hello/app.c.o.16548.new: \
 sample-guests/bare/hello/app.c sample-guests/bare/hello/app.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/bare/hello/system-calls.h
