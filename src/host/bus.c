/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three calls of org.freedesktop.systemd1.Manager have a job as their answer,
 * or none: StartTransientUnit, StopUnit; SetUnitProperties, ResetFailedUnit.
 * What systemd has to say against one comes as a name and a sentence; two of
 * the names are known here, the sentence goes to the user.
 *
 * sd-bus has no varargs here: properties are written by their types, one
 * basic value after the other. A job of systemd's has ended when JobRemoved
 * has come for it; that is asked for before the job is, so that it cannot be
 * missed, and signals that come while a reply is awaited stay queued.
 */
#include "host/bus.h"

#include "base/err.h"
#include "base/fd.h"
#include "host/library.h"
#include "plan/unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYSTEMD   "org.freedesktop.systemd1"
#define OBJECT    "/org/freedesktop/systemd1"
#define MANAGER   SYSTEMD ".Manager"
#define CALL_USEC UINT64_C(25000000)
#define JOB_USEC  UINT64_C(60000000)

/* sd_bus_error, as sd_bus_error_free(3) has it. The library's header is not
 * needed to build scrim: its few types are opaque, but for this one. */
struct bus_error {
	const char *name, *message;
	int need_free;
};

struct message; /* sd_bus_message */

/* What is used of the library; its types are opaque. */
struct functions {
	int (*open_system)(void **bus);
	int (*open_user)(void **bus);
	void *(*close)(void *bus);
	int (*new_call)(void *bus, struct message **out, const char *service,
		const char *object, const char *interface, const char *method);
	struct message *(*unref)(struct message *message);
	int (*append)(struct message *message, char type, const void *value);
	int (*open_container)(
		struct message *message, char type, const char *contents);
	int (*close_container)(struct message *message);
	int (*call)(void *bus, struct message *message, uint64_t usec,
		struct bus_error *error, struct message **reply);
	int (*read_basic)(struct message *message, char type, void *out);
	void (*error_free)(struct bus_error *error);
	int (*get_string)(void *bus, const char *service, const char *object,
		const char *interface, const char *property,
		struct bus_error *error, char **out);
	int (*match)(void *bus, void **slot, const char *service,
		const char *object, const char *interface, const char *signal,
		int (*callback)(struct message *message, void *arg,
			struct bus_error *error),
		void *arg);
	int (*process)(void *bus, struct message **out);
	int (*wait)(void *bus, uint64_t usec);
};

#define FUNCTION(name, member)                                                 \
	{                                                                      \
		name, offsetof(struct functions, member)                       \
	}
static const struct library_symbol symbols[] = {
	FUNCTION("sd_bus_open_system", open_system),
	FUNCTION("sd_bus_open_user", open_user),
	FUNCTION("sd_bus_flush_close_unref", close),
	FUNCTION("sd_bus_message_new_method_call", new_call),
	FUNCTION("sd_bus_message_unref", unref),
	FUNCTION("sd_bus_message_append_basic", append),
	FUNCTION("sd_bus_message_open_container", open_container),
	FUNCTION("sd_bus_message_close_container", close_container),
	FUNCTION("sd_bus_call", call),
	FUNCTION("sd_bus_message_read_basic", read_basic),
	FUNCTION("sd_bus_error_free", error_free),
	FUNCTION("sd_bus_get_property_string", get_string),
	FUNCTION("sd_bus_match_signal", match),
	FUNCTION("sd_bus_process", process),
	FUNCTION("sd_bus_wait", wait),
};

static const struct library libsystemd = {
	.soname = "libsystemd.so.0",
	.package = "libsystemd0",
	.purpose = "the systemd cgroup manager",
	.symbols = symbols,
	.n_symbols = sizeof(symbols) / sizeof(symbols[0]),
};

struct bus {
	struct functions lib;
	void *connection; /* sd_bus */
	/* The job that is awaited, and how it ended; "" while it has not. */
	char job[128], result[32];
};

/* Of every job that ends; ours is compared by its object. */
static int
job_removed(struct message *message, void *arg, struct bus_error *error)
{
	struct bus *bus = arg;
	const char *job, *unit, *result;
	uint32_t id;

	(void)error;
	if (bus->lib.read_basic(message, 'u', &id) <= 0 ||
		bus->lib.read_basic(message, 'o', &job) <= 0 ||
		bus->lib.read_basic(message, 's', &unit) <= 0 ||
		bus->lib.read_basic(message, 's', &result) <= 0 ||
		strcmp(job, bus->job) != 0)
		return 0;
	snprintf(bus->result, sizeof(bus->result), "%s", result);
	return 0;
}

/* Nobody at the other end is what most users will meet. */
static int
explain_open(bool user, int code, struct err *err)
{
	if (user)
		return err_code(err, code,
			"the systemd of this user does not answer (is there a session, and XDG_RUNTIME_DIR or "
			"DBUS_SESSION_BUS_ADDRESS set?): connect to the user's bus");
	return err_code(err, code,
		"systemd does not answer (is it this host's init, and dbus running?): connect to the "
		"system bus");
}

/* sd-bus authenticates without a user id of its own, so that it works in a
 * user namespace, too, where the ids of both sides differ. */
int
bus_open(bool user, struct bus **out, struct err *err)
{
	auto_free struct bus *bus = calloc(1, sizeof(*bus));
	int code;

	if (!bus)
		return err_code(err, ENOMEM, "the bus");
	/* The same in every command: library_ready() came before (cgroup.h). */
	if (library_load(&libsystemd, &bus->lib, err) < 0)
		return -1;
	code = user ? bus->lib.open_user(&bus->connection)
		    : bus->lib.open_system(&bus->connection);
	if (code < 0)
		return explain_open(user, -code, err);
	code = bus->lib.match(bus->connection, NULL, SYSTEMD, OBJECT, MANAGER,
		"JobRemoved", job_removed, bus);
	if (code < 0) {
		bus->lib.close(bus->connection);
		return explain_open(user, -code, err);
	}
	*out = take_ptr(&bus);
	return 0;
}

/* Without a connection: nothing to do. */
void
bus_close(struct bus *bus)
{
	if (!bus)
		return;
	bus->lib.close(bus->connection);
	free(bus);
}

/* Of the host's: "" or "/"; in a container, where it is; of a user's:
 * "/user.slice/user-1000.slice/user@1000.service". */
char *
bus_manager_cgroup(struct bus *bus, struct err *err)
{
	struct bus_error error = { 0 };
	char *cgroup = NULL;
	int code = bus->lib.get_string(bus->connection, SYSTEMD, OBJECT,
		MANAGER, "ControlGroup", &error, &cgroup);

	if (code < 0)
		err_say(err, "systemd does not answer: %s",
			error.message ? error.message : err_words(-code));
	bus->lib.error_free(&error);
	return code < 0 ? NULL : cgroup;
}

/* --- messages --------------------------------------------------------------
 */

/* A basic value as the library wants it: by a pointer to what has its size. */
static int
append_basic(const struct functions *lib, struct message *message, char type,
	const union unit_basic *value)
{
	int flag = value->u != 0;
	uint32_t word = (uint32_t)value->u;
	uint16_t half = (uint16_t)value->u;
	uint8_t byte = (uint8_t)value->u;

	switch (type) {
	case 'y':
		return lib->append(message, type, &byte);
	case 'n':
	case 'q':
		return lib->append(message, type, &half);
	case 'i':
	case 'u':
		return lib->append(message, type, &word);
	case 'b':
		return lib->append(message, type, &flag);
	case 's':
	case 'o':
	case 'g':
		return lib->append(message, type, value->s);
	default:
		return lib->append(message, type, value);
	}
}

/* One item of the type "t" or "(st)"; moves *values behind it. */
static int
append_item(const struct functions *lib, struct message *message,
	const char *type, const union unit_basic **values)
{
	bool many = *type == '(';
	char inner[16];
	int code = 0;

	snprintf(inner, sizeof(inner), "%.*s",
		(int)(strlen(type) - (many ? 2 : 0)), type + many);
	if (many)
		code = lib->open_container(message, 'r', inner);
	for (const char *at = inner; code >= 0 && *at; at++)
		code = append_basic(lib, message, *at, (*values)++);
	return many && code >= 0 ? lib->close_container(message) : code;
}

/* The value of a property, of its own type. */
static int
append_value(const struct functions *lib, struct message *message,
	const struct unit_property *property)
{
	const union unit_basic *values = property->values,
			       *end = values + property->n;
	const char *type = property->type;
	int code = 0;

	if (*type != 'a')
		return append_item(lib, message, type, &values);
	code = lib->open_container(message, 'a', ++type);
	while (code >= 0 && values < end)
		code = append_item(lib, message, type, &values);
	return code < 0 ? code : lib->close_container(message);
}

/* A name and a variant. */
static int
append_property(const struct functions *lib, struct message *message,
	const struct unit_property *property)
{
	int code = lib->open_container(message, 'r', "sv");

	if (code >= 0)
		code = lib->append(message, 's', property->name);
	if (code >= 0)
		code = lib->open_container(message, 'v', property->type);
	if (code >= 0)
		code = append_value(lib, message, property);
	if (code >= 0)
		code = lib->close_container(message);
	return code < 0 ? code : lib->close_container(message);
}

/* The array of them that both calls take. */
static int
append_properties(const struct functions *lib, struct message *message,
	const struct unit_list *list)
{
	const struct unit_property *items = list->items.items;
	int code = lib->open_container(message, 'a', "(sv)");

	for (size_t i = 0; code >= 0 && i < list->items.n; i++)
		code = append_property(lib, message, &items[i]);
	return code < 0 ? code : lib->close_container(message);
}

/* A message to the manager, whose first argument is a unit in every call here;
 * NULL with a code in *out_code. */
static struct message *
new_call(struct bus *bus, const char *method, const char *scope, int *out_code)
{
	struct message *message = NULL;

	*out_code = bus->lib.new_call(
		bus->connection, &message, SYSTEMD, OBJECT, MANAGER, method);
	if (*out_code >= 0)
		*out_code = bus->lib.append(message, 's', scope);
	return message;
}

/* Sends it and waits for the reply, with the code so far. What systemd says
 * of a unit that is there, or is not, becomes an errno. */
static int
ask(struct bus *bus, struct message *message, int code, struct message **reply,
	struct err *err)
{
	struct bus_error error = { 0 };
	int known = 0;

	if (code >= 0)
		code = bus->lib.call(
			bus->connection, message, CALL_USEC, &error, reply);
	bus->lib.unref(message);
	if (error.name && strcmp(error.name, SYSTEMD ".UnitExists") == 0)
		known = EEXIST;
	if (error.name && strcmp(error.name, SYSTEMD ".NoSuchUnit") == 0)
		known = ENOENT;
	if (code < 0)
		err_say(err, "systemd: %s",
			error.message ? error.message : err_words(-code));
	if (code < 0 && known && err)
		err->code = known;
	bus->lib.error_free(&error);
	return code < 0 ? -1 : 0;
}

/* --- jobs ------------------------------------------------------------------
 */

/* Of the clock that nobody sets. */
static uint64_t
now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Until JobRemoved has come for it. process() takes one message at a time, of
 * which there may be many: every unit that starts or stops sends its own. */
static int
wait_job(struct bus *bus, struct err *err)
{
	uint64_t end = now_usec() + JOB_USEC;

	while (!bus->result[0]) {
		int code = bus->lib.process(bus->connection, NULL);
		uint64_t now = now_usec();

		if (code == 0 && now < end)
			code = bus->lib.wait(bus->connection, end - now);
		else if (code == 0)
			return err_say(err, "systemd has not done it in %d s",
				(int)(JOB_USEC / 1000000));
		if (code < 0 && code != -EINTR)
			return err_code(err, -code, "wait for systemd");
	}
	return 0;
}

/* Sends a message whose reply is a job, and waits for that one's end. */
static int
run_job(struct bus *bus, struct message *message, int code, struct err *err)
{
	struct message *reply = NULL;
	const char *job = "";

	bus->result[0] = '\0';
	if (ask(bus, message, code, &reply, err) < 0)
		return -1;
	code = bus->lib.read_basic(reply, 'o', &job);
	snprintf(bus->job, sizeof(bus->job), "%s", job);
	bus->lib.unref(reply);
	if (code < 0)
		return err_code(err, -code, "read the answer of systemd");
	return wait_job(bus, err);
}

/* "fail": a job that would contradict another one is an error; there is none
 * for a unit that is not there yet. */
int
bus_start(struct bus *bus, const char *scope, const struct unit_list *list,
	struct err *err)
{
	const struct functions *lib = &bus->lib;
	int code;
	struct message *message =
		new_call(bus, "StartTransientUnit", scope, &code);

	if (code >= 0)
		code = lib->append(message, 's', "fail");
	if (code >= 0)
		code = append_properties(lib, message, list);
	/* No auxiliary units: systemd makes the slices by itself, as the names
	 * of slices say which there must be. */
	if (code >= 0)
		code = lib->open_container(message, 'a', "(sa(sv))");
	if (code >= 0)
		code = lib->close_container(message);
	if (run_job(bus, message, code, err) < 0)
		return err_in(err, "start %s", scope);
	if (strcmp(bus->result, "done") != 0)
		return err_say(err, "start %s: systemd's job ended as \"%s\"",
			scope, bus->result);
	return 0;
}

/* systemd looks at all of them before it takes the first, and writes them to
 * its own files below /run, from which a reload reads them. */
int
bus_set(struct bus *bus, const char *scope, const struct unit_list *list,
	struct err *err)
{
	/* Until the next boot: below /run, where transient units live. */
	const int runtime = 1;
	int code;
	struct message *message =
		new_call(bus, "SetUnitProperties", scope, &code);

	if (code >= 0)
		code = bus->lib.append(message, 'b', &runtime);
	if (code >= 0)
		code = append_properties(&bus->lib, message, list);
	return ask(bus, message, code, NULL, err) < 0
		? err_in(err, "change %s", scope)
		: 0;
}

/* What is still in the unit gets systemd's signals; ours has been killed by the
 * kernel before, so that its time limits never count. */
int
bus_stop(struct bus *bus, const char *scope, struct err *err)
{
	struct err failure = { 0 };
	int code, result;
	struct message *message = new_call(bus, "StopUnit", scope, &code);

	if (code >= 0)
		code = bus->lib.append(message, 's', "replace");
	result = run_job(bus, message, code, &failure);
	/* Collected already: nobody was left in it. */
	if (result < 0 && failure.code == ENOENT)
		return 0;
	bus_forget(bus, scope);
	if (result < 0)
		err_take(err, &failure);
	return result < 0 ? err_in(err, "stop %s", scope) : 0;
}

/* An error means that there was nothing to forget. */
void
bus_forget(struct bus *bus, const char *scope)
{
	int code;
	struct message *message =
		new_call(bus, "ResetFailedUnit", scope, &code);

	ask(bus, message, code, NULL, NULL);
}
