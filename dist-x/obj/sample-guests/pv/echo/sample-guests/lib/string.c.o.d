dist-x/obj/sample-guests/pv/echo/sample-guests/lib/string.c.o.16548.new: \
 sample-guests/lib/string.c sample-guests/lib/string.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h
