/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mappings that stand in a mount's option itself, which is crun's way of
 * saying them:
 *
 *	idmap=uids=0-1-10#10-11-10;gids=0-100-10
 *
 * "FROM-TO-SIZE" are an id of the file system, the id on the host that it
 * becomes, and how many; "@" before one counts TO in the container's user
 * namespace. Both lists are needed, as in uidMappings and gidMappings.
 */
#include <string.h>

#include "base/str.h"
#include "libocispec/config.h"
#include "plan/make.h"
#include "plan/options.h"

struct job {
	struct maker *m;
	const struct oci_mount *mount;
	const char *member; /* "options/N", to blame */
};

/* "@": what the container calls it is looked up among its own mappings. A
 * range that reaches over two of them would be wrong in silence. */
static bool
take_relative(struct job *job, const char *word,
	const struct plan_id_map *known, size_t n, struct plan_id_map *map)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t offset = map->outside - known[i].inside;

		if (map->outside < known[i].inside || offset >= known[i].size ||
			map->size > known[i].size - offset)
			continue;
		map->outside = known[i].outside + offset;
		return true;
	}
	make_complain(job->m, &job->mount->at, job->member,
		"\"%s\": these ids are in no mapping of the container's "
		"user namespace",
		word);
	return false;
}

/* One "FROM-TO-SIZE"; word is consumed. */
static bool
take_map(struct job *job, char *word, const struct plan_id_map *known, size_t n,
	struct plan_id_map *out)
{
	bool relative = word[0] == '@';
	const char *whole = make_printf(job->m, "%s", word);
	char *from = word + relative, *to, *size;
	uint64_t numbers[3];

	to = strchr(from, '-');
	size = to ? strchr(to + 1, '-') : NULL;
	if (size) {
		*to++ = '\0';
		*size++ = '\0';
	}
	if (!size || str_to_uint(from, UINT32_MAX, &numbers[0]) < 0 ||
		str_to_uint(to, UINT32_MAX, &numbers[1]) < 0 ||
		str_to_uint(size, UINT32_MAX, &numbers[2]) < 0) {
		make_complain(job->m, &job->mount->at, job->member,
			"\"%s\" is no mapping such as 0-1000-10", whole);
		return false;
	}
	*out = (struct plan_id_map){ (uint32_t)numbers[0], (uint32_t)numbers[1],
		(uint32_t)numbers[2] };
	return !relative || take_relative(job, whole, known, n, out);
}

/* What stands behind "uids=" or "gids="; list is consumed. */
static const struct plan_id_map *
take_list(struct job *job, char *list, const struct plan_id_map *known,
	size_t n_known, size_t *out_n)
{
	struct plan_id_map *maps;
	size_t n = 1;

	for (const char *at = list; *at; at++)
		n += *at == '#';
	if (n > PLAN_ID_MAPS_MAX) {
		make_complain(job->m, &job->mount->at, job->member,
			"the kernel takes at most %d mappings",
			PLAN_ID_MAPS_MAX);
		return NULL;
	}
	maps = make_alloc(job->m, n * sizeof(*maps));
	for (size_t i = 0; maps && i < n; i++) {
		char *word = strsep(&list, "#");

		if (!take_map(job, word, known, n_known, &maps[i]) ||
			!id_maps_check(
				job->m, &job->mount->at, job->member, maps, i))
			return NULL;
	}
	*out_n = maps ? n : 0;
	return maps;
}

/* Nothing is left out in silence: a list that is missing would make every id
 * of its kind nobody's. */
const struct plan_id_maps *
idmap_words_read(struct maker *m, const struct oci_mount *mount, size_t i,
	const char *text)
{
	const struct plan_id_maps *own = &m->plan->maps;
	struct job job = { m, mount, make_item(m, "options", i) };
	struct plan_id_maps *out = make_alloc(m, sizeof(*out));
	size_t size = strlen(text) + 1;
	char *copy = make_alloc(m, size), *word;

	if (!out || !copy)
		return NULL;
	memcpy(copy, text, size);
	while ((word = strsep(&copy, ";"))) {
		if (str_has_prefix(word, "uids=") && !out->uid)
			out->uid = take_list(&job, word + 5, own->uid,
				own->n_uid, &out->n_uid);
		else if (str_has_prefix(word, "gids=") && !out->gid)
			out->gid = take_list(&job, word + 5, own->gid,
				own->n_gid, &out->n_gid);
		else if (*word)
			make_complain(m, &mount->at, job.member,
				"\"%s\" in idmap= is neither uids= nor gids=, "
				"each once",
				word);
	}
	if (!strstr(text, "uids=") || !strstr(text, "gids="))
		make_complain(m, &mount->at, job.member,
			"idmap= needs both uids= and gids=");
	return out;
}
