# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a resource is made of, as data: its fields and what each of them means."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..sdk.capabilities import Capabilities, ExtraKey
from ..sdk.errors import Invalid
from ..sdk.models import nothing

Keep = t.Callable[[str], bool]
Merge = t.Callable[[t.Any, t.Any, bool, Keep], t.Any]
OWN_LABELS = "anycloud_"


@dataclass(frozen=True)
class Need:
    """A value that several answers satisfy: an image by name, a size by what it must have.

    An existing resource whose value is in ``accepted`` is left alone; ``choice`` is what a new one gets.
    ``names`` says ids in the words of ``text``, for the diff.
    """

    text: str
    accepted: frozenset[str] = frozenset()
    choice: t.Any = None
    names: t.Mapping[str, str] = field(default_factory=nothing, compare=False)


@dataclass(frozen=True)
class Unknown:
    """A value that an earlier step, or an earlier task, produces."""

    of: str

    def __str__(self) -> str:
        return f"(known after {self.of})"


def same(value: t.Any) -> t.Any:
    return value


def texts(value: t.Any) -> dict[str, str]:
    """Labels as clouds keep them: YAML makes numbers and truths of some."""
    return {str(key): label_text(key, item) for key, item in (value or {}).items()}


def label_text(name: t.Any, value: t.Any) -> str:
    if value is None or isinstance(value, (dict, list, tuple)):
        raise Invalid(f"the label {name} is {value!r}, and a label is text; quote it, or write '' for an empty one")
    return str(value).lower() if isinstance(value, bool) else str(value)


def replaces(old: t.Any, new: t.Any, purge: bool, keep: Keep) -> t.Any:
    """The wanted value in place of the old one."""
    return new


def joins(old: t.Any, new: t.Any, purge: bool, keep: Keep) -> t.Any:
    """The wanted keys beside the old ones; a purge drops the old ones, but for those that must be kept."""
    old = old or {}
    if purge:
        old = {key: value for key, value in old.items() if keep(key)}
    return {**old, **(new or {})}


def adds(old: t.Any, new: t.Any, purge: bool, keep: Keep) -> t.Any:
    """The wanted members beside the old ones, or only the wanted ones with a purge."""
    return frozenset(new or ()) if purge else frozenset(old or ()) | frozenset(new or ())


def no_risk(before: t.Any, after: t.Any) -> str | None:
    return None


def shrinks(before: t.Any, after: t.Any) -> str | None:
    return "shrink" if before is not None and after is not None and after < before else None


@dataclass(frozen=True)
class Field:
    """One field: its name is the option, the attribute of the model and the key in the diff.

    ``norm`` is applied to both sides before they are compared; ``default`` is what a resource has where
    nothing was ever said, so that a recreation does not lose it. ``option`` is what the user calls it where
    that is something else, and ``say`` puts a value into the user's words.
    """

    name: str
    norm: t.Callable[[t.Any], t.Any] = same
    merge: Merge = replaces
    risk: t.Callable[[t.Any, t.Any], str | None] = no_risk
    secret: bool = False
    default: t.Any = None
    option: str = ""
    say: t.Callable[[t.Any], t.Any] = same

    @property
    def called(self) -> str:
        return self.option or self.name

    def of(self, resource: t.Any) -> t.Any:
        """The normalised value that a resource has."""
        if self.name.startswith("extra."):
            return self.norm(resource.extra.get(self.name[len("extra.") :]))
        return self.norm(getattr(resource, self.name, None))


@dataclass(frozen=True)
class Kind:
    """A resource: the noun for sentences, the plural for results, what identifies it, what it is made of."""

    noun: str
    plural: str
    key: str
    fields: tuple[Field, ...]
    model: type

    def all_fields(self, capabilities: Capabilities) -> tuple[Field, ...]:
        return (*self.fields, *(Field(f"extra.{name}") for name in sorted(capabilities.extra)))


@dataclass(frozen=True)
class Want:
    """What should be true of one resource. A field that the user left out is absent from ``fields``.

    ``label`` is how sentences call it; ``defaults`` count only when it is created; ``goal`` is the state that
    the user named.
    """

    label: str
    fields: t.Mapping[str, t.Any] = field(default_factory=nothing)
    goal: str = "present"
    id: str | None = None
    purge: frozenset[str] = frozenset()
    defaults: t.Mapping[str, t.Any] = field(default_factory=nothing)
    also: t.Mapping[str, t.Any] = field(default_factory=nothing)

    @property
    def absent(self) -> bool:
        return self.goal == "absent"


def flat_extra(fields: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Fields with the keys of ``extra`` as fields of their own, so that each is planned for itself."""
    flat = {name: value for name, value in fields.items() if name != "extra"}
    flat.update({f"extra.{key}": value for key, value in (fields.get("extra") or {}).items()})
    return flat


def folded_extra(fields: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The other way round: what a driver is given."""
    folded: dict[str, t.Any] = {}
    for name, value in fields.items():
        if name.startswith("extra."):
            folded.setdefault("extra", {})[name[len("extra.") :]] = value
        else:
            folded[name] = value
    return folded


PYTHON_TYPES: t.Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list, tuple),
    "dict": (dict,),
}


def fits_extra(key: ExtraKey, value: t.Any) -> bool:
    if isinstance(value, bool) and key.type != "bool":
        return False
    return isinstance(value, PYTHON_TYPES[key.type]) and (not key.choices or value in key.choices)
