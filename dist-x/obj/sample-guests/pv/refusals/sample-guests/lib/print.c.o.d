dist-x/obj/sample-guests/pv/refusals/sample-guests/lib/print.c.o.16548.new: \
 sample-guests/lib/print.c sample-guests/lib/print.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/string.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdarg.h
