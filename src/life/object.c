/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that could not grow is broken (str.h), which whoever made it looks at.
 */
#include "life/object.h"

#include "base/fd.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>

void
object_comma(struct object *object)
{
	str_add(object->out, object->any ? "," : "");
	object->any = true;
}

void
object_key(struct object *object, const char *key)
{
	object_comma(object);
	str_add_json(object->out, key);
	str_add(object->out, ":");
}

void
object_number(struct object *object, const char *key, uint64_t value)
{
	object_key(object, key);
	str_addf(object->out, "%" PRIu64, value);
}

void
object_some(struct object *object, const char *key, uint64_t value)
{
	if (value)
		object_number(object, key, value);
}

void
object_text(
	struct object *object, const char *key, const char *text, size_t len)
{
	auto_free char *copy = strndup(text, len);

	object_key(object, key);
	str_add_json(object->out, copy ? copy : "");
	object->out->broken |= !copy;
}

struct object
object_begin(struct object *in, const char *key, const char *bracket)
{
	object_key(in, key);
	str_add(in->out, bracket);
	return (struct object){ in->out, false };
}

void
object_end(struct object *object, const char *bracket)
{
	str_add(object->out, bracket);
}
