/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record in place of the one that is there; in the program later ones follow
 * the first in its file.
 */
#ifndef TESTS_UNIT_RECORDS_H
#define TESTS_UNIT_RECORDS_H

#include "base/str.h"
#include "life/journal.h"
#include "life/store.h"

static inline int
replace_record(int dir, const struct oci_record *record)
{
	auto_str line = { 0 };

	store_note(record, &line);
	return journal_replace(dir, JOURNAL_RECORD, &line, NULL);
}

#endif
