init-obj/src/init/remount.o: ../src/init/remount.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/path.h ../src/base/sys.h ../src/init/attach.h \
 ../src/init/mounts.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/base/sys.h:
../src/init/attach.h:
../src/init/mounts.h:
