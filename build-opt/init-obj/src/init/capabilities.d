init-obj/src/init/capabilities.o: ../src/init/capabilities.c \
 ../src/init/capabilities.h ../src/base/err.h ../src/base/sys.h \
 ../src/init/init.h ../src/plan/format.h
../src/init/capabilities.h:
../src/base/err.h:
../src/base/sys.h:
../src/init/init.h:
../src/plan/format.h:
