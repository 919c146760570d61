init-obj/src/init/seccomp.o: ../src/init/seccomp.c ../src/init/init.h \
 ../src/plan/format.h ../src/base/err.h ../src/base/fd.h \
 ../src/base/sys.h ../src/init/capabilities.h ../src/init/exec.h \
 ../src/init/slots.h
../src/init/init.h:
../src/plan/format.h:
../src/base/err.h:
../src/base/fd.h:
../src/base/sys.h:
../src/init/capabilities.h:
../src/init/exec.h:
../src/init/slots.h:
