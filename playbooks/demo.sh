#!/bin/sh
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the quick start from a clone: `sh playbooks/demo.sh .venv up` (or `down`), as `make demo` does.

set -eu
cd "$(dirname "$0")/.."
venv=$1
folder=$PWD/.cache/demo

export ANSIBLE_COLLECTIONS_PATH="$PWD/$venv/collections"
export ANSIBLE_HOME="$PWD/.cache/ansible"
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_INVENTORY_UNPARSED_WARNING=False
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_DISPLAY_SKIPPED_HOSTS=False ANSIBLE_NOCOWS=1
export LC_ALL="${LC_ALL:-C.UTF-8}"

case $2 in
up) book=quickstart ;;
down) book=quickstart_clean ;;
*) echo "up or down, not $2" >&2 && exit 2 ;;
esac
exec "$venv/bin/ansible-playbook" "anycloud.core.$book" -e "demo_folder=$folder"
