/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A soname is the library's promise that its functions stay as they are.
 */
#include "host/library.h"

#include "base/err.h"

#include <dlfcn.h>
#include <sys/prctl.h>

int
library_ready(struct err *err)
{
	(void)err;
	/* Executed from a memory file, it has that one's number for a name. */
	prctl(PR_SET_NAME, "scrim");
	return 0;
}

int
library_load(const struct library *library, void *functions, struct err *err)
{
	void *handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return err_say(err, "%s needs %s (package %s): %s",
			library->purpose, library->soname, library->package,
			dlerror());
	for (size_t i = 0; i < library->n_symbols; i++) {
		const struct library_symbol *symbol = &library->symbols[i];
		void *function = dlsym(handle, symbol->name);

		if (!function)
			return err_say(err, "%s has no %s", library->soname,
				symbol->name);
		*(void **)((char *)functions + symbol->offset) = function;
	}
	return 0;
}
