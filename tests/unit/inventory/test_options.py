# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory file with something wrong in it gets one clear sentence; its examples have nothing wrong in them."""

from __future__ import annotations

import ast
import json
import pathlib
import typing as t

import pytest
import yaml
from inventories import Reading, crowd, take_down
from playing import ROOT

Read = t.Callable[..., Reading]

NODE = {"name": "web-1", "state": "running", "location": "x", "labels": {"env": "production"}}
LOCAL = {"provider": "local"}
WRONG: list[tuple[dict[str, t.Any], str]] = [
    ({"clouds": ["nope"]}, "the cloud nope was asked for, but there is no anycloud.yml"),
    ({"sources": [{"provider": "amazn"}]}, "amazn: no provider amazn; there are: local, powerdns"),
    (
        {"sources": [{"provider": "gogrid"}]},
        "gogrid: the provider gogrid is gone: GoGrid was closed between 2015 and 2017",
    ),
    ({"sources": ["local"]}, "sources[0] is 'local'; write a mapping, for example {provider: local}"),
    ({"sources": [{**LOCAL, "regoin": "x"}]}, "sources[0] is wrong: regoin. Supported parameters include:"),
    ({"sources": [{**LOCAL, "auth": {"tokn": "x"}}]}, "sources[0] is wrong: auth.tokn. Supported parameters include:"),
    ({"sources": [{**LOCAL, "api_retries": "x"}]}, "sources[0] is wrong: argument 'api_retries' is of type"),
    (
        {"sources": [{**LOCAL, "options": {"x": 1}}]},
        "local: the provider local does not read options.x; it reads: directory",
    ),
    (
        {"sources": [{**LOCAL, "auth": {"token": {"env": "NO_SUCH"}}}]},
        "sources[0].auth.token is to be read from the environment variable NO_SUCH, which is not set",
    ),
    (
        {"sources": [{**LOCAL, "auth": {"token": {"evn": "X"}}}]},
        "sources[0].auth.token must be text or one of {env: NAME}",
    ),
    ({"sources": [{"cloud": "{{ 1/0 }}"}]}, "the sources cannot be worked out: "),
    (
        {"filters": {"label": {"a": "b"}}},
        "the inventory file is wrong: filters.label. Supported parameters include: ids, labels",
    ),
    ({"on_source_error": "use_cache"}, "on_source_error is use_cache, but there is no cache; set cache: true"),
    (
        {"hostvars_prefix": "cloud-"},
        "hostvars_prefix is 'cloud-', which no variable can begin with; write for example cloud_",
    ),
    ({"hostnames": ["name ++"]}, "hostnames[0] is 'name ++', which is no expression"),
    ({"compose": {"x": "a b"}}, "compose.x is 'a b', which is no expression"),
    ({"compose": {"x": "name | uper"}}, "compose.x is 'name | uper', which is no expression"),
    ({"groups": {"x": "name"}}, "groups.x is 'name', which gave 'web-1' and not true or false"),
    ({"include": ["name"]}, "include[0] is 'name', which gave 'web-1' and not true or false"),
    ({"keyed_groups": [{"prefix": "x"}]}, "keyed_groups[0] is {'prefix': 'x'}; write a mapping with a key"),
    ({"compose": {"x": "labels.role"}, "strict": True}, "compose.x has no value for the host web-1: it has no role"),
    (
        {"jump_host": "-oProxyCommand=id"},
        "jump_host is '-oProxyCommand=id'; write for example ops@bastion.example.org:2222",
    ),
    ({"jump_host": "a b"}, "jump_host is 'a b'; write for example"),
    ({"known_hosts": "a'b"}, "ssh takes no path with quotes, backslashes, % or $ in it"),
    ({"known_hosts": "/dev/null/x"}, "the keys of the hosts cannot be written to /dev/null/x: "),
    ({"connect_with": ["pigeon"]}, "pigeon"),
    ({"states": ["asleep"]}, "asleep"),
    ({"cache": True, "cache_plugin": "nope"}, "nope"),
]


@pytest.mark.parametrize(("config", "sentence"), WRONG, ids=[sentence for _config, sentence in WRONG])
def test_what_is_wrong_gets_one_sentence(
    read: Read, tmp_path: pathlib.Path, config: dict[str, t.Any], sentence: str
) -> None:
    own = {} if {"clouds", "sources"} & set(config) else {"sources": [crowd(tmp_path, "lab", NODE)]}
    found = read({**own, **config})
    assert not found.hosts
    assert sentence in str(found.error)


@pytest.mark.parametrize(
    "form",
    ["{{ lookup('env', 'SECRET') }}", {"env": "SECRET"}, {"file": "secret.txt"}, {"command": ["cat", "secret.txt"]}],
)
def test_a_secret_may_come_from_elsewhere_and_is_never_shown(read: Read, tmp_path: pathlib.Path, form: t.Any) -> None:
    (tmp_path / "secret.txt").write_text("s3cr3t-elsewhere\n", encoding="utf-8")
    take_down(tmp_path, "lab")
    source = {**crowd(tmp_path, "lab", NODE), "auth": {"token": form}}
    assert read({"sources": [source]}, SECRET="s3cr3t-elsewhere").error == "lab: no answer to the token ********"


def examples() -> list[dict[str, t.Any]]:
    source = (ROOT / "plugins" / "inventory" / "cloud_nodes.py").read_text(encoding="utf-8")
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "EXAMPLES":
            return list(yaml.safe_load_all(ast.literal_eval(statement.value)))
    raise AssertionError("no EXAMPLES")


@pytest.mark.parametrize("config", examples(), ids=lambda config: ",".join(list(config)[1:]) or "shortest")
def test_every_example_is_an_inventory_file_that_works(
    read: Read, tmp_path: pathlib.Path, config: dict[str, t.Any]
) -> None:
    own = crowd(tmp_path, "own", NODE)
    del own["cloud"]
    clouds = {"default": "lab", "clouds": {"lab": own, "prod-eu": own}}
    (tmp_path / "anycloud.yml").write_text(json.dumps(clouds), encoding="utf-8")

    found = read(config)

    assert found.error is None
    assert [name for name in found.hosts if name.startswith("web-1")]
    assert found.warnings == []
