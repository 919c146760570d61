init-obj/src/init/gate.o: ../src/init/gate.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/wire.h ../src/init/exec.h ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/wire.h:
../src/init/exec.h:
../src/init/slots.h:
