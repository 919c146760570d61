init-obj/src/init/mounts.o: ../src/init/mounts.c ../src/init/mounts.h \
 ../src/base/err.h ../src/base/fd.h ../src/base/sys.h \
 ../src/init/attach.h ../src/init/copyup.h ../src/init/init.h \
 ../src/plan/format.h
../src/init/mounts.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/sys.h:
../src/init/attach.h:
../src/init/copyup.h:
../src/init/init.h:
../src/plan/format.h:
