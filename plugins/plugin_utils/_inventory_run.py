# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory file to hosts: read the file, ask the clouds, name, connect and group what they have."""

from __future__ import annotations

import itertools
import os
import re
import typing as t

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.module_utils.common.json import Direction
from ansible.module_utils.common.parameters import remove_values
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.utils.display import Display
from ansible_collections.anycloud.core.plugins.module_utils._secrets import disguises
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from ansible_collections.anycloud.core.plugins.plugin_utils._clouds import NamedClouds
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_cache import Cache
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions, Failure
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_groups import (
    Groups,
    Rules,
    group_hosts,
    strictly,
)
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_login import (
    check_ways,
    known_hosts_lines,
    login,
    write_known_hosts,
)
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_names import name_hosts
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_nodes import Row, address
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_sources import (
    Answer,
    Gatherer,
    Source,
    sources_of,
)
from ansible_collections.anycloud.core.plugins.plugin_utils._lane import over_the_wire

display = Display()

ENDINGS = (".anycloud.yml", ".anycloud.yaml", "cloud_nodes.yml", "cloud_nodes.yaml")
GONE = ("deleting", "terminated")
LOGIN = ("user", "ssh_port")
PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|")
SOURCE_OPTIONS = ("clouds", "sources", "regions", "filters", "connect_with", "ansible_user", "jump_host")


def is_ours(path: str, plugin: str) -> bool:
    """Whether a file has one of our names, or is some YAML file that names the plugin."""
    name = os.path.basename(path)
    if not name.startswith(".") and name.endswith(ENDINGS):
        return True
    if not name.endswith((".yml", ".yaml")):
        return False
    try:
        with open(path, encoding="utf-8") as file:
            return (
                re.search(rf"^plugin:\s*['\"]?{re.escape(plugin)}['\"]?\s*(#|$)", file.read(65536), re.MULTILINE)
                is not None
            )
    except (OSError, UnicodeDecodeError):
        return False


class InventoryRun:
    """One reading of one inventory file. ``plugin`` has its options."""

    def __init__(self, plugin: BaseInventoryPlugin, loader: DataLoader, path: str, *, use_extra_vars: Row) -> None:
        self._plugin = plugin
        self._option = plugin.get_option
        self._loader = loader
        self._path = os.path.abspath(path)
        self._folder = os.path.dirname(self._path)
        self._extra = use_extra_vars if plugin.get_option("use_extra_vars") else {}
        self._known_hosts = self._beside(plugin.get_option("known_hosts"))
        self._secrets: set[str] = set()

    def fill(self, inventory: InventoryData, *, read_cache: bool) -> None:
        """Adds the hosts; fails with one sentence, before anything was added."""
        try:
            answers = self._answers(read_cache)
            hosts = self._hosts(answers)
            if self._known_hosts:
                write_known_hosts(self._known_hosts, hosts.known_hosts(self._option("hostvars_prefix")))
        except CloudError as error:
            raise AnsibleParserError(self._masked(str(error))) from None
        hosts.add_to(inventory, self._warn)

    def _beside(self, path: str | None) -> str | None:
        return path and os.path.join(self._folder, path)

    def _answers(self, read_cache: bool) -> list[Answer]:
        self._check_options()
        env = dict(os.environ)
        named = NamedClouds(
            self._loader,
            env=env,
            folder=self._folder,
            cwd=os.getcwd(),
            warn=self._warn,
            option=self._option("cloud_config"),
        )
        gatherer = Gatherer(
            env=env,
            folder=self._folder,
            work=Work(deadline=self._option("api_deadline"), log=self._log, warn=self._warn, secret=self._keep_secret),
            raw=self._option("raw"),
            users=self._option("user_from_image"),
            cache=self._cache(),
            read=read_cache,
            use_old=self._option("on_source_error") == "use_cache",
        )
        sources = sources_of(self._plain_options(), named, env=env, path=self._path)
        check_ways(sources, self._known_hosts)
        answers = gatherer.gather(sources)
        for answer in answers:
            self._log(f"{answer.source}: {len(answer.rows)} nodes from the {answer.origin}")
        return self._despite_errors(answers)

    def _check_options(self) -> None:
        if self._option("on_source_error") == "use_cache" and not self._option("cache"):
            raise Invalid("on_source_error is use_cache, but there is no cache; set cache: true")
        prefix = self._option("hostvars_prefix")
        if not PREFIX.fullmatch(prefix):
            raise Invalid(f"hostvars_prefix is {prefix!r}, which no variable can begin with; write for example cloud_")

    def _plain_options(self) -> dict[str, t.Any]:
        """The options about sources with templates worked out, as plain values."""
        try:
            options = self._plugin.templar.template({name: self._option(name) for name in SOURCE_OPTIONS})
            return t.cast("dict[str, t.Any]", over_the_wire(options, Direction.CONTROLLER_TO_MODULE))
        except AnsibleError as error:
            raise Invalid(f"the sources cannot be worked out: {' '.join(str(error).split())}") from None

    def _cache(self) -> Cache | None:
        if not self._option("cache"):
            return None
        options = {"_uri": "cache_connection", "_timeout": "cache_timeout", "_prefix": "cache_prefix"}
        given = {key: self._option(name) for key, name in options.items()}
        return Cache(self._option("cache_plugin"), {key: value for key, value in given.items() if value is not None})

    def _despite_errors(self, answers: list[Answer]) -> list[Answer]:
        """Those that count; warns of those that do not, or fails."""
        failed = [answer for answer in answers if answer.error and answer.origin == "cloud"]
        how = self._option("on_source_error")
        if failed and how != "warn":
            extra = f"; {len(answers) - len(failed)} of {len(answers)} sources answered" if len(answers) > 1 else ""
            raise Invalid("; ".join(f"{answer.source}: {answer.error}" for answer in failed) + extra)
        for answer in answers:
            if answer.error:
                instead = "its nodes are left out" if answer in failed else f"using its last {len(answer.rows)} nodes"
                self._warn(f"{answer.source}: {answer.error}; {instead}")
        return [answer for answer in answers if answer not in failed]

    def _hosts(self, answers: t.Sequence[Answer]) -> Hosts:
        expressions = Expressions(self._plugin.templar, self._extra)
        found = self._wanted(expressions, list(each_once(answers, self._option("states"))))
        scopes = [scope for _source, scope in found]
        named = name_hosts(expressions, self._option("hostnames"), scopes, self._option("on_duplicate"))
        for warning in named.warnings:
            self._warn(warning)
        kept = [(name, *one) for name, one in zip(named.names, found, strict=True) if name is not None]
        names = [name for name, _source, _scope in kept]
        variables = [self._variables(source, scope) for _name, source, scope in kept]
        scopes = [{**scope, **own} for (_name, _source, scope), own in zip(kept, variables, strict=True)]
        composed = self._composed(expressions, names, scopes)
        scopes = [{**scope, **own} for scope, own in zip(scopes, composed, strict=True)]
        rules = Rules(
            group_by=self._option("group_by"),
            groups=self._option("groups") or {},
            keyed_groups=self._option("keyed_groups") or [],
            strict=self._option("strict"),
            leading_separator=self._option("leading_separator"),
        )
        return Hosts(names, variables, composed, group_hosts(expressions, rules, names, scopes))

    def _variables(self, source: Source, scope: Row) -> Row:
        """The variables of a host; what Ansible needs to log in has Ansible's own names."""
        prefix = self._option("hostvars_prefix")
        plain = {prefix + variable: value for variable, value in scope.items() if variable not in LOGIN}
        return {**plain, **login(source, scope, self._known_hosts)}

    def _composed(self, expressions: Expressions, names: t.Sequence[str], scopes: t.Sequence[Row]) -> list[Row]:
        """What ``compose`` gives each host."""
        composed: list[Row] = [{} for _name in names]
        for variable, text in (self._option("compose") or {}).items():
            column = expressions.column(f"compose.{variable}", text, scopes)
            strictly(self._option("strict"), f"compose.{variable}", column, names)
            for own, value in zip(composed, column, strict=True):
                if not isinstance(value, Failure):
                    own[str(variable)] = value
        return composed

    def _wanted(self, expressions: Expressions, found: list[tuple[Source, Row]]) -> list[tuple[Source, Row]]:
        """Those that ``include`` and ``exclude`` leave."""
        include, exclude = self._option("include"), self._option("exclude") or ()
        scopes = [scope for _source, scope in found]
        inside = [include is None] * len(found)
        for number, condition in enumerate(include or ()):
            truths = expressions.truths(f"include[{number}]", condition, scopes)
            inside = [already or truth is True for already, truth in zip(inside, truths, strict=True)]
        for number, condition in enumerate(exclude):
            truths = expressions.truths(f"exclude[{number}]", condition, scopes)
            inside = [still and truth is not True for still, truth in zip(inside, truths, strict=True)]
        return [one for one, stays in zip(found, inside, strict=True) if stays]

    def _keep_secret(self, secret: str) -> None:
        self._secrets.update(disguises(secret))

    def _masked(self, text: str) -> str:
        return str(remove_values(text, self._secrets))

    def _warn(self, warning: str) -> None:
        display.warning(self._masked(warning))

    def _log(self, line: str) -> None:
        display.vvv(self._masked(line))


class Hosts:
    """What is to be added: names, and variables and groups of the host at the same place."""

    def __init__(self, names: list[str], variables: list[Row], composed: list[Row], groups: Groups) -> None:
        self._names = names
        self._variables = variables
        self._composed = composed
        self._groups = groups

    def known_hosts(self, prefix: str) -> str:
        return known_hosts_lines({**own, "host_keys": own[prefix + "host_keys"]} for own in self._variables)

    def add_to(self, inventory: InventoryData, warn: t.Callable[[str], object]) -> None:
        """A host may be called like a group: what is meant for it must not go to that group and all hosts in it."""
        for name, variables, composed in zip(self._names, self._variables, self._composed, strict=True):
            inventory.add_host(name)
            set_variable = inventory.hosts[name].set_variable
            for variable, value in itertools.chain(variables.items(), composed.items()):
                set_variable(variable, value)
        for group, places in self._groups.members.items():
            inventory.add_group(group)
            for place in places:
                inventory.add_host(self._names[place], group)
        for parent, children in self._groups.children.items():
            inventory.add_group(parent)
            for child in children:
                if child != parent:
                    self._nest(inventory, parent, child, warn)

    def _nest(self, inventory: InventoryData, parent: str, child: str, warn: t.Callable[[str], object]) -> None:
        try:
            inventory.add_child(parent, child)
        except AnsibleError as error:
            warn(f"the group {child} is not put into {parent}: {' '.join(str(error).split())}")


def each_once(answers: t.Iterable[Answer], states: t.Collection[str] | None) -> t.Iterator[tuple[Source, Row]]:
    """Every node with the cloud it is in; one that two sources found is one host."""
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        place = {"cloud": answer.source.cloud, "provider": answer.provider, "region": answer.region}
        for row in answer.rows:
            identity = (answer.account, row["id"])
            wanted = row["state"] in states if states is not None else row["state"] not in GONE
            if wanted and identity not in seen:
                seen.add(identity)
                yield answer.source, {**row, **place, **first_addresses(row)}


def first_addresses(row: Row) -> dict[str, str | None]:
    return {
        "public_ip": address(row, ("public",)),
        "private_ip": address(row, ("private",)),
        "ipv6": address(row, ("ipv6",)),
    }
