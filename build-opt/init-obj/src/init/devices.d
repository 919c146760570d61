init-obj/src/init/devices.o: ../src/init/devices.c ../src/init/devices.h \
 ../src/base/err.h ../src/base/fd.h ../src/base/path.h ../src/base/sys.h \
 ../src/init/attach.h ../src/init/init.h ../src/plan/format.h \
 ../src/init/slots.h
../src/init/devices.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/base/sys.h:
../src/init/attach.h:
../src/init/init.h:
../src/plan/format.h:
../src/init/slots.h:
