/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the journal in a state directory: what its three readers do
 * not take, they refuse with a sentence; and a line that is replaced is there,
 * while the documents of the other kinds stay as they were.
 */
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "life/account.h"
#include "life/heritage.h"
#include "life/journal.h"
#include "life/store.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NEW "{\"new\":1}"

static char folder[] = "/dev/shm/scrim-fuzz.XXXXXX";

static void remove_folder(void);

/* Where each input is written. */
static int
open_folder(void)
{
	static int dir = -1;

	if (dir >= 0)
		return dir;
	expect(mkdtemp(folder));
	atexit(remove_folder);
	dir = openat(AT_FDCWD, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	expect(dir >= 0);
	return dir;
}

static void
remove_folder(void)
{
	unlinkat(open_folder(), JOURNAL_FILE, 0);
	rmdir(folder);
}

static void
read_all(int dir)
{
	struct arena *arena = fuzz_arena();
	struct err err[3] = { 0 };
	struct oci_record *record;
	struct oci_config *config;
	struct oci_account *account;

	expect(store_read(dir, arena, &record, &err[0]) == 0 || err[0].text[0]);
	expect(heritage_read(dir, arena, &config, &err[1]) == 0 ||
		err[1].text[0]);
	expect(account_read(dir, arena, &account, &err[2]) == 0 ||
		err[2].text[0]);
}

/* The document of a kind, in *out; a text without a kind is "". */
static void
keep(int dir, enum journal_kind kind, struct str *out)
{
	auto_free char *heap = NULL;
	const char *text;
	ssize_t len = journal_read(dir, kind, &heap, &text, NULL);

	expect(len >= 0);
	str_add(out, "");
	if (len)
		str_add_len(out, text, (size_t)len);
}

static void
replace(int dir, enum journal_kind kind)
{
	struct str before[JOURNAL_COUNT] = { 0 }, after[JOURNAL_COUNT] = { 0 };
	auto_str line = { 0 };

	for (unsigned i = 0; i < JOURNAL_COUNT; i++)
		keep(dir, i, &before[i]);
	journal_open_line(&line, kind);
	str_add(&line, NEW);
	journal_close_line(&line);
	expect(journal_replace(dir, kind, &line, NULL) == 0);
	for (unsigned i = 0; i < JOURNAL_COUNT; i++) {
		keep(dir, i, &after[i]);
		if (i == kind)
			expect(strcmp(after[i].data, NEW) == 0);
		else
			expect(after[i].len == before[i].len &&
				memcmp(after[i].data, before[i].data,
					after[i].len) == 0);
		str_done(&before[i]);
		str_done(&after[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str lines = { .data = (char *)(uintptr_t)data, .len = len };
	int dir = open_folder(), file;

	unlinkat(dir, JOURNAL_FILE, 0);
	file = journal_begin(dir, NULL);
	expect(file >= 0 && journal_append(file, &lines, NULL) == 0);
	close(file);
	read_all(dir);
	replace(dir, len % JOURNAL_COUNT);
	return 0;
}
