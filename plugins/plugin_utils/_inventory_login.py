# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible gets into a host: address, port, user, the way there and the keys that the host must show."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import tempfile
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_nodes import Row, address
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_sources import Source

JUMP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:,\[\]-]*")
PATH = re.compile(r"[^\"'\\%$\n]+")


def login(source: Source, scope: Row, known_hosts: str | None) -> Row:
    """The variables of Ansible's own that this takes; ``known_hosts`` is the file that has the hosts' keys."""
    words = [f"ProxyJump={source.jump_host}"] if source.jump_host else []
    if known_hosts and scope["host_keys"]:
        words.append(f'UserKnownHostsFile="{known_hosts}"')
    found = {
        "ansible_host": address(scope, source.connect_with),
        "ansible_port": scope["ssh_port"],
        "ansible_user": source.user or scope["user"],
        "ansible_ssh_common_args": " ".join(f"-o {shlex.quote(word)}" for word in words) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def check_ways(sources: t.Iterable[Source], known_hosts: str | None) -> None:
    """What becomes an argument of ssh must be nothing else."""
    for source in sources:
        if source.jump_host is not None and not JUMP.fullmatch(source.jump_host):
            raise Invalid(f"jump_host is {source.jump_host!r}; write for example ops@bastion.example.org:2222")
    if known_hosts is not None and not PATH.fullmatch(known_hosts):
        raise Invalid(f"known_hosts is {known_hosts!r}; ssh takes no path with quotes, backslashes, % or $ in it")


def known_hosts_lines(hosts: t.Iterable[Row]) -> str:
    """A known_hosts file of all hosts that have an address and keys."""
    lines = set()
    for host in hosts:
        where = host.get("ansible_host")
        port = host.get("ansible_port", 22)
        if where:
            place = where if port == 22 else f"[{where}]:{port}"
            lines.update(f"{place} {key}\n" for key in host["host_keys"])
    return "".join(sorted(lines))


def write_known_hosts(path: str, content: str) -> None:
    """Replaces the file as a whole, so that an ssh that is reading it never sees half of it."""
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
            if file.read() == content:
                return
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".known_hosts-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise Invalid(f"the keys of the hosts cannot be written to {path}: {error.strerror}") from None
