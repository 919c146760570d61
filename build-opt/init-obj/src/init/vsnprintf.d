init-obj/src/init/vsnprintf.o: ../src/init/vsnprintf.c
