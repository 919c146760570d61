init-obj/src/plan/format.o: ../src/plan/format.c ../src/plan/format.h \
 ../src/base/err.h
../src/plan/format.h:
../src/base/err.h:
