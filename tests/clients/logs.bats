# SPDX-License-Identifier: Apache-2.0
#
# Where an error goes: the journal and syslog are the system's own here.

load lib

setup_file()
{
	scrim_installed podman > /dev/null
}

# journal IDENT: what the journal has of it, as its fields.
journal()
{
	journalctl --sync 2> /dev/null || true
	journalctl --no-pager -o json -t "$1" 2> /dev/null | jq -r "$2"
}

# arrived IDENT: whether the journal has anything of it yet.
arrived()
{
	[ -n "$(journal "$1" .MESSAGE)" ]
}

@test "logs: --log=journald: is an entry with identifier, priority and the whole message" {
	ends 1 scrim --log journald:web state nobody
	says '^scrim: state nobody: container does not exist$'
	wait_until arrived web
	is "$(journal web '.MESSAGE + "|" + .PRIORITY + "|" + ._TRANSPORT')" 'state nobody: container does not exist|3|journal'
	ends 1 scrim --log journald:machine --log-format json state nobody
	is "$(journal machine '.MESSAGE | fromjson | .level + "|" + .msg')" 'error|state nobody: container does not exist'
}

@test "logs: --log=syslog: goes where /dev/log leads" {
	ends 1 scrim --log=syslog:oldschool state nobody
	wait_until arrived oldschool
	is "$(journal oldschool '.MESSAGE + "|" + .PRIORITY + "|" + .SYSLOG_FACILITY + "|" + ._TRANSPORT')" \
		'state nobody: container does not exist|3|3|syslog'
	ends 1 scrim --log syslog:modern --log-format json state nobody
	wait_until arrived modern
	is "$(journal modern '.MESSAGE | fromjson | .level + "|" + .msg')" 'error|state nobody: container does not exist'
}

@test "logs: success writes nothing there" {
	does scrim --log journald:quiet list
	is "$(journal quiet .MESSAGE)" ""
}
