# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones out of files and into files."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import typing as t

from ...sdk.capabilities import Capabilities
from ...sdk.errors import Invalid, Unsupported
from ...sdk.models import RecordSet, Zone
from ...sdk.zonefile import read_zone, write_zone
from ..nearest import nearest
from ..task import Call
from .recordset import RecordWant, of_itself

LARGEST_FILE = 64 * 1024 * 1024


def place(call: Call, option: str) -> str:
    return os.path.normpath(os.path.join(call.cwd, call.params[option]))


def zone_text(call: Call) -> str | None:
    """What is to be imported; nothing where nothing is."""
    if call.params.get("import_text") is not None:
        return str(call.params["import_text"])
    if call.params.get("import_file") is None:
        return None
    path = place(call, "import_file")
    found = file_text(path, "import_file")
    if found is None:
        raise Invalid(
            f"import_file: there is no file {path} on the host that runs the task; import_text takes the text itself"
        )
    return found


def file_text(path: str, option: str) -> str | None:
    try:
        if os.path.isfile(path) and os.path.getsize(path) > LARGEST_FILE:
            raise Invalid(f"{option}: {path} is larger than {LARGEST_FILE // 1024 // 1024} MB, which no zone file is")
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise Invalid(f"{option}: {path} cannot be read: {problem.strerror}") from None


def imported(call: Call, text: str, zone: str, can: Capabilities) -> list[RecordWant]:
    """The wants of a zone file, but for what a zone has of itself: its SOA and NS, its keys, signatures."""
    sets = [each for each in read_zone(text, zone) if not of_itself(each, zone)]
    for each in sets:
        if can.record_types and each.type not in can.record_types:
            known = ", ".join(sorted(can.record_types))
            raise Unsupported(
                f"the zone file has {each.name} {each.type}, and the provider {call.cloud.provider.name} has no records of "
                f"that type{nearest(each.type, can.record_types)}; it has {known}"
            )
    timed = "ttl" in can.record_fields
    return [
        RecordWant(
            name=each.name,
            type=each.type,
            fields={"value": each.value, **({"ttl": each.ttl} if timed and each.ttl is not None else {})},
        )
        for each in sets
    ]


def export(call: Call, zone: Zone, sets: t.Iterable[RecordSet]) -> tuple[list[str], dict[str, t.Any] | None]:
    """The plan and the diff of writing the zone file; in check mode nothing is written."""
    path = place(call, "export_file")
    text = write_zone(zone.name, sets)
    before = file_text(path, "export_file")
    if before == text:
        return [], None
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise Invalid(f"export_file: there is no folder {folder} to write {os.path.basename(path)} to; make it first")
    if not call.check_mode:
        write_whole(path, text)
    verb = "write" if before is None else "change"
    diff = {"before_header": path, "after_header": path, "before": before or "", "after": text}
    return [f"{verb} file {path}: {len(text.splitlines())} lines"], diff


def write_whole(path: str, text: str) -> None:
    """The whole file or none of it; a new one is readable by all as zone files are, an old one keeps its mode."""
    folder, name = os.path.split(path)
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else 0o644
        number, beside = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        try:
            with os.fdopen(number, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(beside)
            raise
    except OSError as problem:
        raise Invalid(f"export_file: {path} cannot be written: {problem.strerror}") from None
