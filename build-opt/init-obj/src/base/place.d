init-obj/src/base/place.o: ../src/base/place.c ../src/base/place.h
../src/base/place.h:
