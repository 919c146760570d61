init-obj/src/init/attach.o: ../src/init/attach.c ../src/init/attach.h \
 ../src/base/err.h ../src/base/fd.h ../src/base/path.h ../src/base/sys.h \
 ../src/init/init.h ../src/plan/format.h
../src/init/attach.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/base/sys.h:
../src/init/init.h:
../src/plan/format.h:
