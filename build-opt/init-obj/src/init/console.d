init-obj/src/init/console.o: ../src/init/console.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/path.h ../src/base/sys.h ../src/base/wire.h \
 ../src/init/attach.h ../src/init/devices.h ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/base/sys.h:
../src/base/wire.h:
../src/init/attach.h:
../src/init/devices.h:
../src/init/slots.h:
