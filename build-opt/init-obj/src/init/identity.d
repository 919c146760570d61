init-obj/src/init/identity.o: ../src/init/identity.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/sys.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/sys.h:
