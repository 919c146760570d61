/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message, one line, one write: engines read the log while others append
 * to it, and take the last JSON object whose level is "error". log_open() is
 * called once, before anything is logged; until then, and without --log,
 * lines go to stderr. Logging never fails the command: a line that cannot be
 * written is lost. It never runs in a container.
 */
#include "base/log.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/plain.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum kind { TO_STDERR, TO_FILE, TO_SYSLOG, TO_JOURNALD };

/* The state of this file, set once by log_open(). */
static struct {
	enum kind kind;
	enum log_format format;
	enum log_level level;
	int fd;
	const char *ident;
} log_state = { .fd = STDERR_FILENO };

/* The words that engines match, and the numbers of syslog(3). */
static const struct {
	const char *word;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

/* Readable by others, as engines expect: it may be another user's folder. */
static int
open_file(const char *path, struct err *err)
{
	log_state.fd = openat(AT_FDCWD, path,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
	if (log_state.fd < 0) {
		log_state.fd = STDERR_FILENO;
		return err_sys(err, "open log %s", path);
	}
	log_state.kind = TO_FILE;
	return 0;
}

/* Connected once, so that a journal that is missing is an error at once. */
static int
open_journald(const char *ident, struct err *err)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
		.sun_path = "/run/systemd/journal/socket" };
	auto_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return err_sys(err, "reach the journal at %s", to.sun_path);
	log_state.fd = take_fd(&fd);
	log_state.ident = ident;
	log_state.kind = TO_JOURNALD;
	return 0;
}

/* libc finds the daemon at the first message; where there is none, the copy on
 * stderr is all there is, as with every program that logs this way. */
static int
open_syslog(const char *ident, struct err *err)
{
	(void)err;
	openlog(ident, LOG_PID, LOG_DAEMON);
	log_state.ident = ident;
	log_state.kind = TO_SYSLOG;
	return 0;
}

/* The word before the colon says where; without one of these it is a path. */
static const struct {
	const char *prefix;
	int (*open)(const char *rest, struct err *err);
	const char *nameless; /* what an empty rest stands for */
} targets[] = {
	{ "file:", open_file, "" },
	{ "journald:", open_journald, "scrim" },
	{ "syslog:", open_syslog, "scrim" },
};

int
log_open(const char *target, enum log_format format, enum log_level level,
	struct err *err)
{
	log_state.format = format;
	log_state.level = level;
	if (!target)
		return 0;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		const char *rest = target + strlen(targets[i].prefix);

		if (str_has_prefix(target, targets[i].prefix))
			return targets[i].open(
				*rest ? rest : targets[i].nameless, err);
	}
	return open_file(target, err);
}

bool
log_wants(enum log_level level)
{
	return level <= log_state.level;
}

/* RFC 3339 in UTC: engines decode it, and drop the whole line if it is not. */
static void
add_time(struct str *line)
{
	char text[32];
	struct tm tm;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	str_addf(line, "%s.%09ldZ", text, now.tv_nsec);
}

/* The order of the members is that of the line which engines know. */
static void
add_json_line(struct str *line, enum log_level level, const char *message)
{
	str_addf(line, "{\"level\":\"%s\",\"msg\":", levels[level].word);
	str_add_json(line, message);
	str_add(line, ",\"time\":\"");
	add_time(line);
	str_add(line, "\"}\n");
}

/* For people on stderr; in a file with the time, and quoted, so that a line
 * stays a line. */
static void
add_text_line(struct str *line, enum log_level level, const char *message)
{
	if (log_state.kind == TO_STDERR) {
		str_addf(line, "scrim: %s%s%s\n",
			level ? levels[level].word : "", level ? ": " : "",
			message);
		return;
	}
	str_add(line, "time=\"");
	add_time(line);
	str_addf(line, "\" level=%s msg=", levels[level].word);
	str_add_json(line, message);
	str_add(line, "\n");
}

/* The journal's own protocol, a field to a line: a line break in a name would
 * begin a field that nobody asked for. The text of a message has none, for
 * whoever writes many problems into a log parts them otherwise. */
static void
add_journal_field(struct str *entry, const char *name, const char *value)
{
	str_addf(entry, "%s=", name);
	for (; *value; value++)
		str_add_len(entry, *value == '\n' ? " " : value, 1);
	str_add(entry, "\n");
}

static void
add_journal_entry(struct str *entry, int priority, const char *text)
{
	str_addf(entry, "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_PID=%d\n",
		priority, LOG_FAC(LOG_DAEMON), getpid());
	add_journal_field(entry, "SYSLOG_IDENTIFIER", log_state.ident);
	add_journal_field(entry, "MESSAGE", text);
}

/* Both keep the time, the level and the name of the sender themselves: text is
 * the bare message, JSON the object that a file would get. */
static void
write_system(enum log_level level, const char *message)
{
	int priority = levels[level].priority;
	auto_str text = { 0 }, entry = { 0 };

	if (log_state.format == LOG_JSON)
		add_json_line(&text, level, message);
	else
		str_add(&text, message);
	if (text.broken)
		return;
	if (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (log_state.kind == TO_SYSLOG) {
		syslog(priority, "%s", text.data);
		return;
	}
	add_journal_entry(&entry, priority, text.data);
	/* Whole or not at all: an entry is one datagram. */
	if (!entry.broken)
		send(log_state.fd, entry.data, entry.len, MSG_NOSIGNAL);
}

/* In one piece: others may be appending to the same file. */
static void
write_stream(enum log_level level, const char *message)
{
	auto_str line = { 0 };

	if (log_state.format == LOG_JSON)
		add_json_line(&line, level, message);
	else
		add_text_line(&line, level, message);
	if (!line.broken)
		fd_write(log_state.fd, line.data, line.len, NULL);
}

/* Never changes errno: a message may stand between a failed call and the
 * place that reports it. */
static void
write_line(enum log_level level, const char *message)
{
	int saved = errno;

	if (log_state.kind == TO_SYSLOG || log_state.kind == TO_JOURNALD)
		write_system(level, message);
	else
		write_stream(level, message);
	errno = saved;
}

static void __attribute__((format(printf, 2, 0)))
write_formatted(enum log_level level, const char *fmt, va_list ap)
{
	char message[ERR_TEXT_MAX];

	/* Before anything is formatted: debugging is cheap when it is off. */
	if (!log_wants(level))
		return;
	vsnprintf(message, sizeof(message), fmt, ap);
	/* Much of it comes from images, and from scrim-init. */
	plain_make(message);
	write_line(level, message);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_formatted(LOG_LEVEL_WARNING, fmt, ap);
	va_end(ap);
}

void
log_warn_err(const struct err *err)
{
	char message[ERR_TEXT_MAX];

	err_format(err, message, sizeof(message));
	log_warn("%s", message);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_formatted(LOG_LEVEL_DEBUG, fmt, ap);
	va_end(ap);
}

void
log_error(const char *message)
{
	write_line(LOG_LEVEL_ERROR, message);
	/* Engines that know no log read stderr: say it there as well. */
	if (log_state.kind != TO_STDERR)
		dprintf(STDERR_FILENO, "scrim: %s\n", message);
}
