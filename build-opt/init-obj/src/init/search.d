init-obj/src/init/search.o: ../src/init/search.c ../src/init/search.h \
 ../src/base/err.h ../src/base/fd.h ../src/init/init.h \
 ../src/plan/format.h
../src/init/search.h:
../src/base/err.h:
../src/base/fd.h:
../src/init/init.h:
../src/plan/format.h:
