/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ordinary user cannot do without, where the config does not say it: a
 * user namespace, and mappings for it. As with crun, whose users have configs
 * without.
 */
#ifndef LIFE_OWN_USER_H
#define LIFE_OWN_USER_H

struct arena;
struct err;
struct oci_config;
struct plan_request;

/* Adds to the config what the user needs: the namespace, with himself as root
 * in it, and his ranges of /etc/subuid and /etc/subgid from 1 on. */
int own_user_add(struct arena *arena, const struct plan_request *request,
	struct oci_config *config, struct err *err);

#endif
