init-obj/src/init/copyup.o: ../src/init/copyup.c ../src/init/copyup.h \
 ../src/base/err.h ../src/base/fd.h ../src/init/init.h \
 ../src/plan/format.h
../src/init/copyup.h:
../src/base/err.h:
../src/base/fd.h:
../src/init/init.h:
../src/plan/format.h:
