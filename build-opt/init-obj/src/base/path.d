init-obj/src/base/path.o: ../src/base/path.c ../src/base/path.h \
 ../src/base/err.h ../src/base/fd.h ../src/base/sys.h
../src/base/path.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/sys.h:
