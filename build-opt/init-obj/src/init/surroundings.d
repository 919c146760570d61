init-obj/src/init/surroundings.o: ../src/init/surroundings.c \
 ../src/init/init.h ../src/plan/format.h ../src/base/err.h \
 ../src/base/fd.h ../src/base/sys.h ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/sys.h:
../src/init/slots.h:
