/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where messages go. One object of file scope, set once by main from the
 * global options. Success prints nothing: the default level is error, and
 * the error itself is written by main alone, through log_error().
 * Text lines go to stderr or the --log file; with --log-format json a line
 * is {"level":"error","msg":"...","time":"RFC 3339"}.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

struct err;

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};
enum log_format { LOG_TEXT, LOG_JSON };

/* target: NULL (stderr), a path, "file:PATH", "syslog:IDENT" or
 * "journald:IDENT". */
int log_open(const char *target, enum log_format format, enum log_level level,
	struct err *err);
bool log_wants(enum log_level level);
/* An error that does not keep a command from going on. */
void log_warn_err(const struct err *err);
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The one error of a failed invocation: to the log, and, where the log is
 * not stderr, as plain text "scrim: ..." to stderr as well. */
void log_error(const char *message);

#endif
