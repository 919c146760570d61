init-obj/src/init/binds.o: ../src/init/binds.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/path.h ../src/init/attach.h ../src/init/devices.h \
 ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/init/attach.h:
../src/init/devices.h:
../src/init/slots.h:
