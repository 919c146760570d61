/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words on the command line -> a struct of arguments. An option is one row:
 * its names, the member it sets (offsetof gives the place, _Generic the
 * kind, so that a wrong row does not compile) and its help. The row serves
 * parsing, usage, completion and the tests that hold the man page to it.
 * Knows no command. Accepts --name=value, --name value, -n value, -nvalue,
 * -n=value, grouped flags (-it), long names behind a single dash (-name),
 * =true and =false behind flags, and "--" before words that begin with '-'.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct str;

/* The types that a member may have; each is one kind of option. */
enum cli_kind {
	CLI_FLAG,     /* bool */
	CLI_STRING,   /* const char *, points into argv; NULL: "" or not said */
	CLI_INT,      /* int64_t, .min to .max */
	CLI_NUMBER,   /* struct cli_number: an integer that may be left out */
	CLI_LIST,     /* struct cli_list: may be given again and again */
	CLI_WORD,     /* an enum: one of .words */
	CLI_DURATION, /* struct cli_duration: "1.5s", "200ms", "1m30s" */
	CLI_SIZE,     /* struct cli_size: "512", "64k", "1.5g", "-1" */
};

struct cli_number {
	bool set;
	int64_t value;
};

/* items lie on the heap until cli_done(); the strings are those of argv. */
struct cli_list {
	const char **items;
	size_t n;
};

struct cli_duration {
	int64_t ns;
};

/* Bytes; -1: no limit. */
struct cli_size {
	bool set;
	int64_t bytes;
};

/* Ends with a row whose word is NULL. The first row of a value is its usual
 * spelling; later ones with the same value are accepted silently. */
struct cli_word {
	const char *word;
	unsigned value;
};

/* A table ends with a row whose name is NULL. Write a row so:
 *   { "bundle", 'b', CLI_SETS(struct create_args, bundle), .value = "DIR",
 *     .help = "the directory of config.json" }, */
struct cli_option {
	const char *name;
	char letter; /* 0: none */
	bool hidden; /* accepted, but not in help, completion or man page */
	bool needed; /* CLI_STRING: a value that is empty is an error */
	enum cli_kind kind;
	size_t offset;
	const char *value; /* the value's name in help; NULL for flags */
	const char *help;  /* lower case, no full stop */
	const struct cli_word *words;
	int64_t min, max; /* CLI_INT, CLI_NUMBER; both 0: any value */
};

#define CLI_KIND(type, member)                                                 \
	_Generic(((type *)0)->member,                  \
		bool: CLI_FLAG,                        \
		const char *: CLI_STRING,              \
		int64_t: CLI_INT,                      \
		struct cli_number: CLI_NUMBER,         \
		struct cli_list: CLI_LIST,             \
		unsigned: CLI_WORD,                    \
		struct cli_duration: CLI_DURATION,     \
		struct cli_size: CLI_SIZE)
#define CLI_SETS(type, member)                                                 \
	.kind = CLI_KIND(type, member), .offset = offsetof(type, member)

/* What a command line may look like. */
struct cli_syntax {
	const struct cli_option *options;
	size_t min_words, max_words; /* words beside the options */
	bool stops; /* behind the first word all are words (exec, ps) */
};

/* The words beside the options: the front of argv, compacted in place. */
struct cli_words {
	char **items;
	size_t n;
	bool help; /* --help, -h, -?: nothing else was checked */
};

/* argv: NULL-terminated, without the program's or command's own name. args
 * holds the defaults already. On failure args may hold a part. */
int cli_parse(const struct cli_syntax *syntax, char **argv, void *args,
	struct cli_words *out, struct err *err);
/* Are there as many words as the syntax asks for? usage: "ID [SIGNAL]". */
int cli_check_words(const struct cli_syntax *syntax, const char *usage,
	const struct cli_words *words, struct err *err);
/* Frees the lists in args. */
void cli_done(const struct cli_option *options, void *args);

/* Finds a row by its long name, of len bytes; NULL: none. */
const struct cli_option *cli_find(
	const struct cli_option *options, const char *name, size_t len);
/* Puts the value of a text into the member of args that option sets. */
int cli_value_set(const struct cli_option *option, const char *text, void *args,
	struct err *err);
/* The words that an option takes, in their usual spellings. */
void cli_value_words(
	const struct cli_word *words, const char *between, struct str *out);
/* Parses "1.5s"; units ns us ms s m h; -1: not a duration or too long. */
int cli_value_duration(const char *text, int64_t *out_ns);
/* Parses "64k", "64KB" or "64KiB": units of 1024, b k m g t p in any case; "-1"
 * as itself. -1: no size or too large. */
int cli_value_size(const char *text, int64_t *out_bytes);

/* The option part of a help text: one line an option, wrapped at 80. */
void cli_help_options(const struct cli_option *options, struct str *out);

#endif
