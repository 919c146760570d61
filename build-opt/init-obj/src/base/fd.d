init-obj/src/base/fd.o: ../src/base/fd.c ../src/base/fd.h \
 ../src/base/err.h ../src/base/sys.h
../src/base/fd.h:
../src/base/err.h:
../src/base/sys.h:
