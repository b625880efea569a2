# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where objects come from and go to: a folder, a text, a bucket. Each side tells what it has in one order."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from ...sdk.errors import Conflict, NotFound
from ...sdk.models import Object
from ...sdk.services import BucketService, Where
from ...sdk.work import Work
from . import checksums
from .folder import File, Folder, readable
from .patterns import Patterns
from .sources import FileSource, Given, ObjectSource, TextSource


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or an object by its path below the top of its side; ``stamp`` is its time in nanoseconds."""

    path: str
    size: int
    stamp: int | None = None
    object: Object | None = None


class Side(t.Protocol):
    """``noun`` and ``title`` say an entry in a sentence; ``known`` is ``None`` where any checksum can be had."""

    noun: str

    def entries(self) -> t.Iterator[Entry]: ...

    def title(self, path: str) -> str: ...

    def known(self, entry: Entry) -> t.Mapping[str, str] | None: ...

    def digest(self, entry: Entry, algorithm: str) -> str: ...

    def source(self, entry: Entry, algorithms: t.Sequence[str]) -> Given: ...


class Files:
    """A folder of this host, or with ``only`` one file in it, which goes by the path ``known_as``.

    ``follow`` is for a source: links to files count.
    """

    noun = "file"

    def __init__(
        self,
        folder: Folder,
        patterns: Patterns,
        work: Work,
        *,
        follow: bool,
        only: str | None = None,
        known_as: str | None = None,
    ) -> None:
        self.folder = folder
        self.patterns = patterns
        self._work = work
        self._follow = follow
        self._only = only
        self._known_as = known_as if known_as is not None else only

    def entries(self) -> t.Iterator[Entry]:
        if self._only is not None:
            alone = self.folder.find(self._only, follow=self._follow)
            yield from [self._entry(alone)] if alone else []
            return
        for file in self.folder.walk(follow=self._follow, warn=self._work.warn):
            self._work.check()
            if self.patterns.accept(file.path):
                yield self._entry(file)

    def _entry(self, file: File) -> Entry:
        return Entry(path=self._known_as or file.path, size=file.size, stamp=file.stamp)

    def place(self, path: str) -> str:
        """Where in the folder an entry is."""
        return path if self._only is None else self._only

    def title(self, path: str) -> str:
        return readable(self.folder.place(self.place(path)))

    def known(self, entry: Entry) -> t.Mapping[str, str] | None:
        return None

    def digest(self, entry: Entry, algorithm: str) -> str:
        return self.folder.digest(self.place(entry.path), algorithm, self._work.check)

    def source(self, entry: Entry, algorithms: t.Sequence[str]) -> Given:
        file = File(path=self.place(entry.path), size=entry.size, stamp=entry.stamp or 0)
        return FileSource(self.folder, file, algorithms)


class Text:
    """What the task itself holds."""

    noun = "content"

    def __init__(self, path: str, content: bytes) -> None:
        self._path = path
        self._content = content

    def entries(self) -> t.Iterator[Entry]:
        yield Entry(path=self._path, size=len(self._content))

    def title(self, path: str) -> str:
        return "the content"

    def known(self, entry: Entry) -> t.Mapping[str, str] | None:
        return None

    def digest(self, entry: Entry, algorithm: str) -> str:
        running = checksums.begin(algorithm)
        running.update(self._content)
        return running.hexdigest()

    def source(self, entry: Entry, algorithms: t.Sequence[str]) -> Given:
        return TextSource(self._content, algorithms)


class Nothing:
    """No side at all: what has no source is to be absent."""

    noun = "nothing"

    def entries(self) -> t.Iterator[Entry]:
        return iter(())

    def title(self, path: str) -> str:
        return self.noun

    def known(self, entry: Entry) -> t.Mapping[str, str] | None:
        return {}

    def digest(self, entry: Entry, algorithm: str) -> str:
        raise NotImplementedError

    def source(self, entry: Entry, algorithms: t.Sequence[str]) -> Given:
        raise NotImplementedError


class Objects:
    """Objects of a bucket below a prefix, or with ``only`` one of them, which goes by the path ``known_as``.

    ``markers`` are empty objects that end in a slash, with which some tools show empty folders; unless they are
    asked for they are left alone. ``no_bucket`` is called when the bucket is not there.
    """

    noun = "object"

    def __init__(
        self,
        service: BucketService,
        bucket: str,
        prefix: str,
        patterns: Patterns,
        work: Work,
        *,
        only: str | None = None,
        known_as: str | None = None,
        markers: bool = False,
        expected: t.Mapping[str, str] | None = None,
        no_bucket: t.Callable[[str], object] = lambda name: None,
    ) -> None:
        self.service = service
        self.bucket = bucket
        self.only = only
        self._prefix = prefix
        self._patterns = patterns
        self._work = work
        self._known_as = known_as if known_as is not None else only
        self._markers = markers
        self._expected = expected or {}
        self._no_bucket = no_bucket
        self.found: Object | None = None

    def name(self, path: str) -> str:
        return self._prefix + path if self.only is None else self.only

    def title(self, path: str) -> str:
        return f"{self.bucket}/{self.name(path)}"

    def entries(self) -> t.Iterator[Entry]:
        empty = True
        try:
            for found in self._listed():
                empty = False
                self._work.check()
                entry = self._entry(found)
                marker = found.name.endswith("/") and not found.size
                if self.only is not None or ((self._markers or not marker) and self._patterns.accept(entry.path)):
                    yield entry
        except NotFound:
            empty = True
        if empty:
            self._check_bucket()

    def _listed(self) -> t.Iterator[Object]:
        if self.only is None:
            return self.service.objects(self.bucket, self._prefix)
        self.found = self.look(self.only)
        return iter([self.found] if self.found else [])

    def _check_bucket(self) -> None:
        if not any(True for _bucket in self.service.find(Where(names=frozenset({self.bucket})))):
            self._no_bucket(self.bucket)

    def _entry(self, found: Object) -> Entry:
        path = self._known_as if self._known_as is not None else found.name[len(self._prefix) :]
        return Entry(path=path, size=found.size, stamp=nanoseconds(found.modified), object=found)

    def look(self, path: str) -> Object | None:
        """The object with all that the provider tells only when asked for one."""
        try:
            found = self.service.stat(self.bucket, self.name(path))
        except NotFound:
            return None
        if found is None:
            return None
        if self._expected:
            return dataclasses.replace(found, checksums=self._as_expected(found))
        if checksums.usable(found.checksums) or checksums.MARK not in found.metadata:
            return found
        return dataclasses.replace(found, checksums={"sha256": found.metadata[checksums.MARK]})

    def _as_expected(self, found: Object) -> t.Mapping[str, str]:
        for algorithm, digits in self._expected.items():
            has = found.checksums.get(algorithm, digits).lower()
            if has != digits:
                raise Conflict(
                    f"object {self.bucket}/{found.name} has the {algorithm} {has}, not {digits} as the option checksum "
                    "says; nothing was changed"
                )
        return self._expected

    def known(self, entry: Entry) -> t.Mapping[str, str] | None:
        return entry.object.checksums if entry.object else {}

    def digest(self, entry: Entry, algorithm: str) -> str:
        known = (self.known(entry) or {}).get(algorithm)
        if known:
            return known.lower()
        with self.source(entry, ()).open() as stream:
            return checksums.digest(stream, algorithm, self._work.check)

    def source(self, entry: Entry, algorithms: t.Sequence[str]) -> Given:
        return ObjectSource(self.service, self.bucket, self.name(entry.path), entry.size, algorithms)


def nanoseconds(moment: str | None) -> int | None:
    """An RFC 3339 time as nanoseconds since 1970."""
    try:
        found = datetime.fromisoformat((moment or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
    return int(aware.timestamp() * 1_000_000_000)
