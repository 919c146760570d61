/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option part of a help text: a line an option, names on the left, what
 * it does on the right, wrapped at 80 columns. Names too long for the left
 * column stand on a line of their own. Hidden options are left out.
 */
#include "cli/cli.h"

#include "base/str.h"

#include <string.h>

/* Where the right column begins, and where a line ends. */
#define HELP_LEFT  28
#define HELP_WIDTH 80

static void
add_spaces(struct str *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_add(out, " ");
}

/* Text from column HELP_LEFT on, broken at spaces. A word that is wider than
 * the column stands alone and sticks out. */
static void
add_wrapped(const char *text, struct str *out)
{
	size_t column = HELP_LEFT;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > HELP_LEFT && column + 1 + len > HELP_WIDTH) {
			str_add(out, "\n");
			add_spaces(out, HELP_LEFT);
			column = HELP_LEFT;
		}
		if (column > HELP_LEFT) {
			str_add(out, " ");
			column++;
		}
		str_add_len(out, text, len);
		column += len;
		text += len + strspn(text + len, " ");
	}
	str_add(out, "\n");
}

/* "  -b, --bundle DIR          the directory of config.json" */
static void
add_row(const struct cli_option *option, struct str *out)
{
	size_t start = out->len, width;

	if (option->letter)
		str_addf(out, "  -%c, --%s", option->letter, option->name);
	else
		str_addf(out, "      --%s", option->name);
	if (option->value)
		str_addf(out, " %s", option->value);
	width = out->len - start;
	/* Two spaces at least keep the columns apart. */
	if (width + 2 > HELP_LEFT) {
		str_add(out, "\n");
		width = 0;
	}
	add_spaces(out, HELP_LEFT - width);
	add_wrapped(option->help, out);
}

void
cli_help_options(const struct cli_option *options, struct str *out)
{
	/* Known everywhere, hence in no table. */
	static const struct cli_option help = { "help", 'h',
		.help = "print this text" };

	for (; options && options->name; options++)
		if (!options->hidden)
			add_row(options, out);
	add_row(&help, out);
}
