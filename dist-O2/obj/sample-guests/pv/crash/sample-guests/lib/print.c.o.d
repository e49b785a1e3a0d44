dist-O2/obj/sample-guests/pv/crash/sample-guests/lib/print.c.o.5991.new: \
 sample-guests/lib/print.c sample-guests/lib/print.h \
 sample-guests/lib/base.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdbool.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h \
 sample-guests/lib/string.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stdarg.h
