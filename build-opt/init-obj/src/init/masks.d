init-obj/src/init/masks.o: ../src/init/masks.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/path.h ../src/base/sys.h ../src/init/attach.h \
 ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/base/sys.h:
../src/init/attach.h:
../src/init/slots.h:
