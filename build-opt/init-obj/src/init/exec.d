init-obj/src/init/exec.o: ../src/init/exec.c ../src/init/exec.h \
 ../src/base/err.h ../src/base/fd.h ../src/base/path.h ../src/base/sys.h \
 ../src/base/wire.h ../src/init/init.h ../src/plan/format.h \
 ../src/init/search.h
../src/init/exec.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/path.h:
../src/base/sys.h:
../src/base/wire.h:
../src/init/init.h:
../src/plan/format.h:
../src/init/search.h:
