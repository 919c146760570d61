init-obj/src/base/sys.o: ../src/base/sys.c ../src/base/sys.h
../src/base/sys.h:
