#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes ./configure from configure.ac. Needs autoconf and automake (Debian names).
set -e
cd "$(dirname "$0")"
for tool in autoconf automake; do
	command -v "$tool" >/dev/null || { echo "autogen.sh: no $tool: apt-get install autoconf automake" >&2; exit 1; }
done
exec autoreconf --install --force
