init-obj/src/base/wire.o: ../src/base/wire.c ../src/base/wire.h \
 ../src/base/err.h ../src/base/fd.h
../src/base/wire.h:
../src/base/err.h:
../src/base/fd.h:
