init-obj/src/base/err.o: ../src/base/err.c ../src/base/err.h \
 ../src/base/place.h
../src/base/err.h:
../src/base/place.h:
