init-obj/src/init/hooks.o: ../src/init/hooks.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/sys.h ../src/base/wire.h ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/sys.h:
../src/base/wire.h:
../src/init/slots.h:
