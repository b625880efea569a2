# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of ``anycloud.yml``, and which cloud a task means. Pure: what is read is given, nothing is looked up."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field
from difflib import get_close_matches

from ansible_collections.anycloud.core.plugins.module_utils import _catalog
from ansible_collections.anycloud.core.plugins.module_utils._options import AUTH, AUTH_PATHS, AUTH_SECRETS
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid

Plain = t.Mapping[str, t.Any]

FORMS = ("env", "file", "command")
TYPES: t.Mapping[str, type | tuple[type, ...]] = {
    "provider": str,
    "driver_path": str,
    "region": str,
    "endpoint": str,
    "auth": dict,
    "options": dict,
    "defaults": dict,
    "profile": str,
    "validate_certs": bool,
    "ca_path": str,
    "api_timeout": (int, float),
    "api_retries": int,
    "api_deadline": (int, float),
    "api_rate": (int, float),
}
WORDS: t.Mapping[t.Any, str] = {
    str: "text",
    dict: "a mapping",
    list: "a list",
    bool: "true or false",
    int: "a whole number",
    (int, float): "a number",
}
PATHS = ("driver_path", "ca_path")


@dataclass(frozen=True, kw_only=True)
class CloudFile:
    """The named clouds of one file, checked. ``path`` is where they stand, for messages and relative paths."""

    path: str
    clouds: t.Mapping[str, Plain] = field(repr=False)
    default: str | None = None

    def cloud(self, name: str) -> Plain:
        if name in self.clouds:
            return self.clouds[name]
        raise Invalid(f"no cloud {name} in {self.path}; {self.listed(name)}")

    def listed(self, name: str = "") -> str:
        near = get_close_matches(name, self.clouds, n=3)
        if near:
            return f"nearest: {', '.join(near)}"
        return f"its clouds are: {', '.join(sorted(self.clouds))}" if self.clouds else "it names no clouds"


def checked(parsed: object, path: str) -> CloudFile:
    """The file's clouds; ``Invalid`` with file and key for what is wrong with them."""
    if parsed is None:
        parsed = {}
    if not isinstance(parsed, dict):
        raise Invalid(f"{path} must hold a mapping with the key clouds, not {type_of(parsed)}")
    known(parsed, ("clouds", "default"), path, "")
    clouds = typed(parsed.get("clouds", {}), dict, path, "clouds")
    for name, cloud in clouds.items():
        check_cloud(cloud, path, f"clouds.{name}")
    default = parsed.get("default")
    if default is not None:
        typed(default, str, path, "default")
        if default not in clouds:
            raise Invalid(f"{path}: default names the cloud {default}, which is not there")
    return CloudFile(path=path, clouds=clouds, default=default)


def check_cloud(cloud: object, path: str, where: str) -> None:
    settings = typed(cloud, dict, path, where)
    known(settings, tuple(TYPES), path, f"{where}.")
    for key, value in settings.items():
        typed(value, TYPES[key], path, f"{where}.{key}")
    if "provider" not in settings and "driver_path" not in settings:
        raise Invalid(f"{path}: {where} needs a provider")
    auth = settings.get("auth", {})
    known(auth, AUTH, path, f"{where}.auth.")
    for key, value in auth.items():
        check_secret(value, path, f"{where}.auth.{key}")


def check_secret(value: object, path: str, where: str) -> None:
    if isinstance(value, dict):
        if len(value) != 1 or next(iter(value)) not in FORMS:
            raise Invalid(f"{path}: {where} must be text or one of {{env: NAME}}, {{file: PATH}}, {{command: [..]}}")
        form, what = next(iter(value.items()))
        if form == "command":
            typed(what, list, path, f"{where}.command")
            for word in what:
                typed(word, str, path, f"{where}.command")
        else:
            typed(what, str, path, f"{where}.{form}")
    elif isinstance(value, (list, tuple)) or value is None:
        raise Invalid(f"{path}: {where} must be text, not {type_of(value)}")


def known(found: Plain, names: t.Sequence[str], path: str, where: str) -> None:
    for name in found:
        if name not in names:
            near = get_close_matches(str(name), names, n=1)
            hint = f"nearest: {near[0]}" if near else f"there are: {', '.join(names)}"
            raise Invalid(f"{path}: {where}{name} is no key that is known; {hint}")


def typed(value: t.Any, wanted: t.Any, path: str, where: str) -> t.Any:
    fits = isinstance(value, wanted) and (wanted in (bool, str, dict, list) or not isinstance(value, bool))
    if not fits:
        raise Invalid(f"{path}: {where} must be {WORDS[wanted]}, not {type_of(value)}")
    return value


def type_of(value: object) -> str:
    if value is None:
        return "empty"
    for kind in (bool, str, (int, float), list, dict):
        if isinstance(value, kind):
            return WORDS[kind]
    vaulted = "vaulted text; below auth each value can be vaulted, elsewhere only the whole file"
    return vaulted if type(value).__name__ == "EncryptedString" else type(value).__name__


def literal_secrets(clouds: t.Mapping[str, Plain]) -> list[str]:
    """Where the file holds secrets as they are, rather than saying where they stand."""
    return [
        f"clouds.{name}.auth.{key}"
        for name, cloud in clouds.items()
        for key, value in cloud.get("auth", {}).items()
        if key in AUTH_SECRETS and type_of(value) in ("text", "a number")
    ]


def chosen(options: Plain, env: t.Mapping[str, str], file: CloudFile | None) -> str | None:
    """The name of the cloud that is meant: the task's, or else the environment's, or else the file's default."""
    name = options.get("cloud")
    if name:
        return str(name)
    if options.get("provider") or options.get("driver_path"):
        return None
    return env.get("ANYCLOUD_CLOUD") or (file.default if file else None)


def combined(options: Plain, env: t.Mapping[str, str], file: CloudFile | None) -> dict[str, t.Any]:
    """What the task left open, from the named cloud and then the environment; secrets may still be in their forms.

    ``auth`` and ``options`` are combined key by key. What the task says is in the answer only where it is combined.
    """
    name = chosen(options, env, file)
    settings = named(name, options, file) if name else {}
    answer = {key: value for key, value in settings.items() if options.get(key) is None}
    for key in ("auth", "options"):
        given = options.get(key)
        if isinstance(given, dict) and settings.get(key):
            answer[key] = {**settings[key], **given}
    if name:
        answer["cloud"] = name
    answer.update(from_environment({**answer, **options}, env))
    return answer


def named(name: str, options: Plain, file: CloudFile | None) -> dict[str, t.Any]:
    if file is None:
        raise Invalid(
            f"the cloud {name} was asked for, but there is no anycloud.yml: neither cloud_config, ANYCLOUD_CONFIG, "
            "./anycloud.yml, ~/.config/anycloud/clouds.yml nor /etc/anycloud/clouds.yml names one"
        )
    settings = dict(file.cloud(name))
    asked = options.get("provider")
    if asked and asked != settings.get("provider"):
        raise Invalid(
            f"the cloud {name} is one of {settings.get('provider', 'another driver')}, but the task says "
            f"provider {asked}; leave one of the two out"
        )
    folder = os.path.dirname(file.path)
    for key in PATHS:
        if key in settings:
            settings[key] = beside(folder, settings[key])
    auth = dict(settings.get("auth", {}))
    for key in AUTH_PATHS:
        if isinstance(auth.get(key), str):
            auth[key] = beside(folder, auth[key])
    if "profile" in settings:
        auth.setdefault("profile", settings.pop("profile"))
    return {**settings, "auth": auth} if auth else settings


def beside(folder: str, path: str) -> str:
    """A path of the file as the host that runs the task sees it: ``~`` and ``$VAR`` are left to that host."""
    return path if path.startswith(("~", "$")) else os.path.join(folder, path)


def from_environment(options: Plain, env: t.Mapping[str, str]) -> dict[str, str]:
    provider = env.get("ANYCLOUD_PROVIDER")
    if not (options.get("provider") or options.get("driver_path")):
        found = {"provider": provider} if provider else {}
    elif provider and provider != options.get("provider"):
        return {}
    else:
        found = {}
    for key in ("region", "endpoint"):
        value = env.get(f"ANYCLOUD_{key.upper()}")
        if value and options.get(key) is None:
            found[key] = value
    return found


def fallback(options: Plain, env: t.Mapping[str, str], file: CloudFile | None) -> str:
    """The provider when nobody named one: the local cloud, unless there are signs that another was meant."""
    if file is not None:
        raise Invalid(f"no cloud was named and {file.path} has no default; set cloud or default, {file.listed()}")
    signs = _catalog.configured_by(env)
    if signs:
        found = ", ".join(f"{key} ({name})" for name, key in sorted(signs.items()))
        raise Invalid(f"no cloud was named, but the environment has {found}; set provider or ANYCLOUD_PROVIDER")
    if options.get("endpoint"):
        raise Invalid("an endpoint was given without a provider; set provider or cloud")
    return "local"
