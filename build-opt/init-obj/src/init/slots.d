init-obj/src/init/slots.o: ../src/init/slots.c ../src/init/slots.h \
 ../src/base/err.h ../src/base/wire.h ../src/init/init.h \
 ../src/plan/format.h
../src/init/slots.h:
../src/base/err.h:
../src/base/wire.h:
../src/init/init.h:
../src/plan/format.h:
