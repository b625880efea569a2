# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named clouds on the controller: finds and reads ``anycloud.yml``, and settles what a task left open."""

from __future__ import annotations

import functools
import os
import stat
import typing as t
from difflib import get_close_matches

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import EncryptedString
from ansible_collections.anycloud.core.plugins.module_utils._options import AUTH
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils import _cloud_file
from ansible_collections.anycloud.core.plugins.plugin_utils._cloud_file import CloudFile, Plain
from ansible_collections.anycloud.core.plugins.plugin_utils._secret_forms import secret

Warn = t.Callable[[str], object]

ALL = "*"
VAULT = b"$ANSIBLE_VAULT"


class NamedClouds:
    """Settles options into what a cloud is opened with. ``env`` is the controller's, with that of the task.

    ``option`` is the value of ``cloud_config``, relative to ``folder``; ``cwd`` is where Ansible was started.
    The file is read when it is first needed.
    """

    def __init__(
        self,
        loader: DataLoader,
        *,
        env: t.Mapping[str, str],
        folder: str,
        cwd: str,
        warn: Warn,
        option: str | None = None,
    ) -> None:
        self._loader = loader
        self._env = env
        self._folder = folder
        self._cwd = cwd
        self._warn = warn
        self._option = option

    @functools.cached_property
    def file(self) -> CloudFile | None:
        path = self._path()
        if path is None:
            return None
        try:
            state = os.stat(path)
        except OSError as error:
            raise Invalid(f"the cloud configuration {path} cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(state.st_mode):
            raise Invalid(f"the cloud configuration {path} is no file")
        file, literal = read(self._loader, path, state.st_mtime_ns, state.st_size)
        if literal and stat.S_IMODE(state.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            self._warn(
                f"{path} holds secrets ({', '.join(literal[:3])}) and others than its owner can reach it; "
                "chmod 600 it, vault them, or use env, file or command"
            )
        return file

    def settle(self, options: Plain) -> dict[str, t.Any]:
        """What to add to a task's (or a source's) options: from the named cloud, then from the environment.

        Fails with ``Invalid``; falls back to the local cloud, with a warning, where nothing at all is configured.
        """
        options = {key: value for key, value in options.items() if value is not None}
        check_literals(options.get("auth"))
        answer = _cloud_file.combined(options, self._env, self._file_for(options))
        auth = answer.get("auth")
        if auth:
            answer["auth"] = {key: self._secret(answer.get("cloud"), key, value) for key, value in auth.items()}
        known = {**answer, **options}
        check_endpoint(known.get("endpoint"))
        if not (known.get("provider") or known.get("driver_path")):
            answer["provider"] = _cloud_file.fallback(known, self._env, self.file)
            self._warn("no cloud is configured: using the local cloud of this computer; set cloud or provider")
        return answer

    def settle_all(self, names: t.Iterable[str], sources: t.Iterable[Plain] = ()) -> list[dict[str, t.Any]]:
        """Each named cloud and each inline source as options of its own, under names that differ (``cloud``)."""
        settled: list[dict[str, t.Any]] = []
        asked = [name.strip() for name in names]
        if asked == [ALL]:
            asked = self.all_names()
        for source in [*({"cloud": name} for name in asked), *sources]:
            whole = self.whole(source)
            taken = {other["cloud"] for other in settled}
            whole["cloud"] = free_name(str(whole.get("cloud") or whole.get("provider") or "driver"), taken)
            settled.append(whole)
        return settled

    def whole(self, source: Plain) -> dict[str, t.Any]:
        """All options of one source. With a provider of its own, ``cloud`` may be no more than what to call it."""
        given = {key: value for key, value in source.items() if value is not None}
        name = given.get("cloud")
        inline = given.get("provider") or given.get("driver_path")
        if name and inline and not (self.file and name in self.file.clouds):
            return {**given, **self.settle({**given, "cloud": None}), "cloud": name}
        return {**given, **self.settle(source)}

    def all_names(self) -> list[str]:
        if self.file is None:
            raise Invalid("all named clouds were asked for, but there is no anycloud.yml")
        return list(self.file.clouds)

    def _file_for(self, options: Plain) -> CloudFile | None:
        """No file is read for a task that says all itself."""
        if not options.get("cloud") and (options.get("provider") or options.get("driver_path")):
            return None
        return self.file

    def _secret(self, cloud: str | None, key: str, value: t.Any) -> str:
        where = f"{self.file.path}: clouds.{cloud}.auth.{key}" if self.file and cloud else f"auth.{key}"
        folder = os.path.dirname(self.file.path) if self.file and cloud else self._folder
        try:
            return secret(value, env=self._env, folder=folder, where=where)
        except AnsibleError:
            raise Invalid(f"{where} cannot be decrypted with the vault secrets of this run") from None

    def _path(self) -> str | None:
        if self._option:
            return self._at(self._folder, self._option)
        if self._env.get("ANYCLOUD_CONFIG"):
            return self._at(self._cwd, self._env["ANYCLOUD_CONFIG"])
        here = os.path.join(self._cwd, "anycloud.yml")
        if os.path.exists(here):
            open_to_all = [word for word, path in (("its folder", self._cwd), ("it", here)) if is_open_to_all(path)]
            if not open_to_all:
                return here
            self._warn(
                f"{here} is ignored: everybody can write to {open_to_all[0]}; name it with ANYCLOUD_CONFIG to use it"
            )
        for path in (self._at("/", "~/.config/anycloud/clouds.yml"), "/etc/anycloud/clouds.yml"):
            if os.path.exists(path):
                return path
        return None

    def _at(self, folder: str, path: str) -> str:
        if path == "~" or path.startswith("~/"):
            path = self._env.get("HOME", "/") + path[1:]
        return os.path.normpath(os.path.join(folder, path))


def is_open_to_all(path: str) -> bool:
    return bool(os.stat(path).st_mode & stat.S_IWOTH)


def check_literals(auth: t.Any) -> None:
    """A task's values may come from other hosts: they must not make the controller run commands or read files.

    What has a name that is not known would be shown with the task's arguments, secret or not.
    """
    if not isinstance(auth, dict):
        return
    for key, value in auth.items():
        if key not in AUTH:
            near = get_close_matches(str(key), AUTH, n=1)
            known = f"nearest: {near[0]}" if near else f"known are {', '.join(AUTH)}"
            raise Invalid(f"auth.{key} is not known; {known}")
        if isinstance(value, dict):
            raise Invalid(
                f"auth.{key} must be text; env, file and command belong in anycloud.yml, a task has the lookups "
                "env, file and pipe"
            )


def check_endpoint(endpoint: t.Any) -> None:
    """An endpoint is shown in results and messages: no password may be in it."""
    place = str(endpoint or "").partition("://")[2].partition("/")[0]
    if "@" in place:
        raise Invalid(f"the endpoint on {place.rpartition('@')[2]} has credentials in it; put them under auth")


def free_name(name: str, taken: t.Collection[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


@functools.lru_cache(maxsize=8)
def read(loader: DataLoader, path: str, changed_ns: int, size: int) -> tuple[CloudFile, list[str]]:
    """The file and the places of its literal secrets. Read once for each state of it, in each process."""
    try:
        with open(path, "rb") as source:
            vaulted = source.read(len(VAULT)) == VAULT
    except OSError as error:
        raise Invalid(f"the cloud configuration {path} cannot be read: {error.strerror}") from error
    file = _cloud_file.checked(untagged(parse(loader, path)), path)
    literal = (
        [] if vaulted else _cloud_file.literal_secrets({name: without_vaulted(c) for name, c in file.clouds.items()})
    )
    return file, literal


def untagged(value: t.Any) -> t.Any:
    """Plain Python values: what core's reader returns remembers where it stood. Vaulted text stays as it is."""
    if isinstance(value, dict):
        return {untagged(key): untagged(item) for key, item in value.items()}
    if isinstance(value, list):
        return [untagged(item) for item in value]
    for kind in (str, int, float):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind.__str__(value) if kind is str else kind(value)
    return value


def without_vaulted(cloud: Plain) -> dict[str, t.Any]:
    auth = {key: value for key, value in cloud.get("auth", {}).items() if not isinstance(value, EncryptedString)}
    return {"auth": auth}


def parse(loader: DataLoader, path: str) -> t.Any:
    """Core's own message would show lines of the file, which may hold secrets: only the place is told."""
    try:
        return loader.load_from_file(path, cache="none")
    except AnsibleError as error:
        mark = yaml_mark(error)
        if mark is not None:
            raise Invalid(f"{path} is no YAML: line {mark[0]}, column {mark[1]}") from None
        if "vault" in str(error).lower() or "decrypt" in str(error).lower():
            raise Invalid(f"{path} cannot be decrypted with the vault secrets of this run") from None
        raise Invalid(f"{path} is no YAML") from None
    except UnicodeDecodeError:
        raise Invalid(f"{path} is no YAML: it is not UTF-8 text") from None


def yaml_mark(error: BaseException | None) -> tuple[int, int] | None:
    while error is not None:
        mark = getattr(error, "problem_mark", None)
        if mark is not None:
            return mark.line + 1, mark.column + 1
        error = error.__cause__
    return None
