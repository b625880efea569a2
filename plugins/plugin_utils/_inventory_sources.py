# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources of an inventory file: which clouds are asked, for what, and what they answer."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.anycloud.core.plugins.module_utils import _task
from ansible_collections.anycloud.core.plugins.module_utils._clouds import open_cloud
from ansible_collections.anycloud.core.plugins.module_utils._options import connection_spec
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.parallel import concurrently
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Invalid, Unsupported
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import Where
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from ansible_collections.anycloud.core.plugins.plugin_utils._cloud_file import check_secret
from ansible_collections.anycloud.core.plugins.plugin_utils._clouds import NamedClouds
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_cache import Cache, account_key, source_key
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_nodes import WAYS, Row, row_of
from ansible_collections.anycloud.core.plugins.plugin_utils._secret_forms import secret

Options = t.Mapping[str, t.Any]

WIDTH = 16
FILTERS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "ids": {"type": "list", "elements": "str"},
    "names": {"type": "list", "elements": "str"},
    "prefix": {"type": "str"},
    "labels": {"type": "dict"},
}
OWN: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "regions": {"type": "list", "elements": "str"},
    "filters": {"type": "dict", "options": FILTERS},
    "connect_with": {"type": "list", "elements": "str", "choices": list(WAYS)},
    "ansible_user": {"type": "str"},
    "jump_host": {"type": "str"},
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One cloud in one region. ``options`` are what it is opened with."""

    options: Options = field(repr=False)
    where: Where
    connect_with: tuple[str, ...]
    user: str | None
    jump_host: str | None

    @property
    def cloud(self) -> str:
        return str(self.options.get("cloud") or self.options.get("provider") or "driver")

    def __str__(self) -> str:
        region = self.options.get("region")
        return f"{self.cloud} in {region}" if region else self.cloud


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a source gave; ``account`` is the same for two sources that look into the same account."""

    source: Source
    rows: list[Row] = field(default_factory=list)
    provider: str = ""
    region: str | None = None
    account: str = ""
    origin: str = "cloud"
    error: CloudError | None = None


def sources_of(config: Options, named: NamedClouds, *, env: t.Mapping[str, str], path: str) -> list[Source]:
    """Every cloud and inline source of an inventory file, in the file's order; the default cloud when it has none."""
    common = {name: config[name] for name in OWN if config.get(name) is not None}
    names = config.get("clouds") or ()
    written: list[dict[str, t.Any]] = [{"cloud": name} for name in (named.all_names() if names == ["*"] else names)]
    for number, source in enumerate(config.get("sources") or ()):
        what = f"sources[{number}]"
        written.append(checked(what, with_secrets(what, source, env, path), {**connection_spec(), **OWN}))
    found = []
    for one in written or [{}]:
        own = {**checked("the inventory file", common, OWN), **{name: one.pop(name) for name in OWN if name in one}}
        settled = named.whole(one)
        for region in own.get("regions") or [settled.get("region")]:
            found.append(source_of({**settled, "region": region}, own))
    return found


def with_secrets(what: str, source: t.Any, env: t.Mapping[str, str], path: str) -> t.Any:
    """A source whose secrets are no longer said by where they are; an inventory file may, as ``anycloud.yml`` may."""
    auth = source.get("auth") if isinstance(source, dict) else None
    if not isinstance(auth, dict):
        return source
    known = {}
    for key, value in auth.items():
        where = f"{what}.auth.{key}"
        if isinstance(value, dict):
            check_secret(value, path, where)
        known[key] = secret(value, env=env, folder=os.path.dirname(path), where=where)
    return {**source, "auth": known}


def source_of(options: Options, own: Options) -> Source:
    filters = own.get("filters") or {}
    labels = filters.get("labels")
    return Source(
        options=options,
        where=Where(
            ids=named_set(filters.get("ids")),
            names=named_set(filters.get("names")),
            prefix=filters.get("prefix"),
            labels=None if labels is None else {str(key): str(value) for key, value in labels.items()},
        ),
        connect_with=tuple(own.get("connect_with") or ()),
        user=own.get("ansible_user"),
        jump_host=own.get("jump_host"),
    )


def named_set(names: t.Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def checked(what: str, options: object, spec: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """The options that are set, of the types that they should have."""
    if not isinstance(options, dict):
        raise Invalid(f"{what} is {options!r}; write a mapping, for example {{provider: local}}")
    result = ArgumentSpecValidator({name: dict(option) for name, option in spec.items()}).validate(options)
    if result.error_messages:
        raise Invalid(f"{what} is wrong: {result.errors.msg}")
    return {key: value for key, value in pruned(result.validated_parameters).items() if key in options}


def pruned(options: Options) -> dict[str, t.Any]:
    """Without what is unset, inside ``auth`` and ``filters`` too."""
    return {
        key: pruned(value) if isinstance(value, dict) and key in ("auth", "filters") else value
        for key, value in options.items()
        if value is not None
    }


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A source whose cloud can be asked."""

    source: Source
    cloud: Cloud
    account: str

    @property
    def has_nodes(self) -> bool:
        return self.cloud.offers("node")

    @property
    def region(self) -> str | None:
        return self.cloud.connection.settings.region

    def answer(self, rows: list[Row], *, origin: str = "cloud", error: CloudError | None = None) -> Answer:
        return Answer(
            source=self.source,
            rows=rows,
            provider=self.cloud.provider.name,
            region=self.region,
            account=self.account,
            origin=origin,
            error=error,
        )


@dataclass(frozen=True, kw_only=True)
class Gatherer:
    """Asks sources, all at once. ``cache`` answers instead where it may be ``read``."""

    env: t.Mapping[str, str] = field(repr=False)
    folder: str
    work: Work
    raw: bool
    users: bool
    cache: Cache | None
    read: bool
    use_old: bool

    def gather(self, sources: t.Sequence[Source]) -> list[Answer]:
        """An answer for each source in their order. Where one has nodes, those that can have none are passed over."""
        doors = {place: self._open(source) for place, source in enumerate(sources)}
        clouds = {place: door for place, door in doors.items() if isinstance(door, Opened)}
        answers = {place: door for place, door in doors.items() if isinstance(door, Answer)}
        if any(one.has_nodes for one in clouds.values()):
            answers.update((place, one.answer([])) for place, one in clouds.items() if not one.has_nodes)
        if self.read:
            kept = {place: self._cached(one) for place, one in clouds.items() if place not in answers}
            answers.update((place, answer) for place, answer in kept.items() if answer)
        asking = [place for place in clouds if place not in answers]
        for place, answer in concurrently(self.work, lambda place: self._ask(clouds[place]), asking, WIDTH):
            answers[place] = self._kept(clouds[place], answer)
        return [answers[place] for place in range(len(sources))]

    def _open(self, source: Source) -> Opened | Answer:
        try:
            cloud = open_cloud(source.options, env=self.env, cwd=self.folder, work=self.work)
            return Opened(source=source, cloud=cloud, account=account_key(cloud.connection.settings))
        except Exception as error:
            return Answer(source=source, error=as_cloud_error(error))

    def _ask(self, one: Opened) -> Answer:
        try:
            nodes = list(one.cloud.nodes.find(one.source.where))
            images = frozenset(node.image for node in nodes if node.image)
            users = first_users(one.cloud, images) if self.users and images else {}
            return one.answer([row_of(node, users, raw=self.raw) for node in nodes])
        except Exception as error:
            return one.answer([], error=as_cloud_error(error))

    def _cached(self, one: Opened) -> Answer | None:
        rows = self.cache.read(self._key(one)) if self.cache else None
        return None if rows is None else one.answer(rows, origin="cache")

    def _kept(self, one: Opened, answer: Answer) -> Answer:
        """Writes what came whole from the cloud; finds what it gave before when it gave nothing now."""
        if self.cache is None:
            return answer
        if answer.error is None:
            self._write(self.cache, one, answer)
            return answer
        rows = self.cache.read_old(self._key(one)) if self.use_old else None
        return answer if rows is None else one.answer(rows, origin="old cache", error=answer.error)

    def _write(self, cache: Cache, one: Opened, answer: Answer) -> None:
        try:
            cache.write(self._key(one), answer.rows)
        except Exception as error:
            self.work.warn(f"{one.source}: its nodes cannot be kept in the cache: {' '.join(str(error).split())}")

    def _key(self, one: Opened) -> str:
        where = one.source.where
        labels = sorted(where.labels.items()) if where.labels is not None else None
        names = [None if part is None else sorted(part) for part in (where.ids, where.names)]
        return source_key(one.account, [one.region, names, labels, where.prefix, self.raw, self.users])


def first_users(cloud: Cloud, images: frozenset[str]) -> dict[str, str]:
    """The user that each image means for the first login; one request, and none where the provider lists no images."""
    try:
        return {image.id: image.user for image in cloud.nodes.images(Where(ids=images)) if image.user}
    except Unsupported:
        return {}


def as_cloud_error(error: Exception) -> CloudError:
    if isinstance(error, CloudError):
        return error
    if isinstance(error, ModuleNotFoundError) and _task.is_foreign(error.name):
        return Unsupported(_task.lacking(error)["msg"])
    return CloudError(f"its driver failed: {type(error).__name__}: {' '.join(str(error).split())}")
