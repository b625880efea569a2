# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where anycloud.yml is found and how it is read on the controller."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultEditor, VaultLib, VaultSecret
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._clouds import NamedClouds

SECRETS = [("default", VaultSecret(b"vault-passphrase"))]
PLAIN = "clouds: {{{name}: {{provider: local, region: {name}}}}}\ndefault: {name}\n"


class Place:
    """A controller's folders: where Ansible was started, the playbook's, and a home."""

    def __init__(self, root: pathlib.Path) -> None:
        self.cwd, self.folder, self.home = root / "cwd", root / "book", root / "home"
        for folder in (self.cwd, self.folder, self.home / ".config" / "anycloud"):
            folder.mkdir(parents=True)
        self.warnings: list[str] = []
        self.loader = DataLoader()
        self.loader.set_vault_secrets(SECRETS)

    def clouds(self, option: str | None = None, **env: str) -> NamedClouds:
        return NamedClouds(
            self.loader,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", **env},
            folder=str(self.folder),
            cwd=str(self.cwd),
            warn=self.warnings.append,
            option=option,
        )


def write(path: pathlib.Path, text: str, mode: int = 0o600) -> pathlib.Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Place:
    return Place(tmp_path)


def test_the_first_file_in_the_order_of_precedence_counts(place: Place) -> None:
    steps: list[tuple[str, pathlib.Path, t.Callable[[], NamedClouds]]] = [
        ("home", place.home / ".config/anycloud/clouds.yml", place.clouds),
        ("here", place.cwd / "anycloud.yml", place.clouds),
        ("env", place.cwd / "env.yml", lambda: place.clouds(ANYCLOUD_CONFIG="env.yml")),
        ("option", place.folder / "option.yml", lambda: place.clouds("option.yml", ANYCLOUD_CONFIG="env.yml")),
    ]
    for name, path, look in steps:
        write(path, PLAIN.format(name=name))
        assert look().settle({}) == {"provider": "local", "region": name, "cloud": name}


def test_a_tilde_is_the_home_of_the_environment(place: Place) -> None:
    write(place.home / "c.yml", PLAIN.format(name="mine"))
    assert place.clouds("~/c.yml").settle({})["region"] == "mine"


def test_a_file_that_was_named_must_be_there(place: Place) -> None:
    with pytest.raises(Invalid, match=r"the cloud configuration .*/none\.yml cannot be read: No such file"):
        place.clouds("none.yml").settle({})
    with pytest.raises(Invalid, match="is no file"):
        place.clouds(str(place.folder)).settle({})


def test_a_file_in_a_folder_that_all_can_write_to_is_ignored_with_a_warning(place: Place) -> None:
    write(place.cwd / "anycloud.yml", PLAIN.format(name="evil"))
    place.cwd.chmod(0o777)
    assert place.clouds().settle({}) == {"provider": "local"}
    assert "is ignored: everybody can write to its folder" in place.warnings[0]


def test_a_file_that_all_can_write_to_is_ignored_with_a_warning(place: Place) -> None:
    write(place.cwd / "anycloud.yml", PLAIN.format(name="evil"), 0o666)
    assert place.clouds().settle({}) == {"provider": "local"}
    assert "is ignored: everybody can write to it; name it" in place.warnings[0]


def test_nothing_at_all_is_the_local_cloud_with_a_warning(place: Place) -> None:
    assert place.clouds().settle({}) == {"provider": "local"}
    assert place.warnings == ["no cloud is configured: using the local cloud of this computer; set cloud or provider"]


def test_a_task_that_names_its_provider_reads_no_file(place: Place) -> None:
    write(place.cwd / "anycloud.yml", "- broken")
    assert place.clouds().settle({"provider": "local"}) == {}
    assert place.warnings == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clouds:\n  lab: {provider: local\n  x: 'hunter2hunter2\n", "is no YAML: line"),
        ("clouds: [", "is no YAML: line"),
        ("\tclouds: {}", "is no YAML: line 1"),
    ],
)
def test_what_is_no_yaml_is_told_with_the_place_and_without_the_text(place: Place, text: str, says: str) -> None:
    path = write(place.cwd / "anycloud.yml", text)
    with pytest.raises(Invalid) as caught:
        place.clouds().settle({})
    assert str(caught.value).startswith(f"{path} {says}")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_text_is_no_yaml(place: Place) -> None:
    (place.cwd / "anycloud.yml").write_bytes(b"clouds: \xff\xfe\x00")
    with pytest.raises(Invalid, match="is no YAML"):
        place.clouds().settle({})


LAB = "clouds: {{lab: {{provider: local, auth: {{token: {token}}}}}}}\n"


@pytest.mark.parametrize(
    ("token", "found"),
    [
        ("plain", "plain"),
        ("12345678", "12345678"),
        ("{env: LAB_TOKEN}", "from-env"),
        ("{file: token.txt}", "from-file"),
        ("{file: ~/token.txt}", "from-home"),
        ("{command: [printf, 'from-%s', command]}", "from-command"),
    ],
)
def test_every_form_of_a_secret_is_read(place: Place, token: str, found: str) -> None:
    write(place.cwd / "anycloud.yml", LAB.format(token=token))
    write(place.cwd / "token.txt", "from-file\n")
    write(place.home / "token.txt", "from-home\n")
    assert place.clouds(LAB_TOKEN="from-env").settle({"cloud": "lab"})["auth"] == {"token": found}


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("{env: NOT_SET}", "is to be read from the environment variable NOT_SET, which is not set"),
        ("{file: none.txt}", "none.txt: No such file or directory"),
        ("{command: [sh, -c, 'echo hunter2hunter2; echo hunter2hunter2 >&2; exit 3']}", "the command sh, which ended with 3"),
        ("{command: ['/no/such/program', hunter2hunter2]}", "the command /no/such/program: No such file"),
        ("{command: ['true']}", "the command true, which printed nothing"),
        ("{command: []}", "from a command, but the list is empty"),
    ],
)  # fmt: skip
def test_a_secret_that_cannot_be_read_is_told_with_file_and_key(place: Place, token: str, says: str) -> None:
    path = write(place.cwd / "anycloud.yml", LAB.format(token=token))
    with pytest.raises(Invalid) as caught:
        place.clouds().settle({"cloud": "lab"})
    assert str(caught.value).startswith(f"{path}: clouds.lab.auth.token is to be read")
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_only_read_for_the_cloud_that_is_used(place: Place) -> None:
    marker = place.cwd / "marker"
    write(
        place.cwd / "anycloud.yml",
        f"clouds:\n  lab: {{provider: local, auth: {{token: {{command: [touch, {marker}]}}}}}}\n  laptop: {{provider: local}}\n",
    )
    assert place.clouds().settle({"cloud": "laptop"}) == {"provider": "local", "cloud": "laptop"}
    assert not marker.exists()


def test_the_items_of_a_loop_share_what_a_command_printed(place: Place) -> None:
    text = "clouds: {lab: {provider: local, auth: {token: {command: [sh, -c, 'echo x >> asked; echo token']}}}}\n"
    write(place.cwd / "anycloud.yml", text)
    for _item in range(5):
        assert place.clouds().settle({"cloud": "lab"})["auth"] == {"token": "token"}
    assert place.clouds(OTHER="environment").settle({"cloud": "lab"})["auth"] == {"token": "token"}
    asked = (place.cwd / "asked").read_text(encoding="utf-8").split()
    assert 2 <= len(asked) <= 3, "once for each environment, and once more when a new minute begins"


def test_a_task_cannot_make_the_controller_run_commands(place: Place) -> None:
    with pytest.raises(Invalid, match=r"auth.token must be text; env, file and command belong in anycloud\.yml"):
        place.clouds().settle({"provider": "local", "auth": {"token": {"command": ["touch", "x"]}}})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"auth": {"api_kee": "hunter2hunter2"}}, "auth.api_kee is not known; nearest: api_key"),
        ({"endpoint": "https://me:hunter2hunter2@dns.example:8081/x"}, "dns.example:8081 has credentials in it"),
    ],
)
def test_a_secret_where_it_would_be_shown_is_refused_and_not_repeated(place: Place, options, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        place.clouds().settle({"provider": "powerdns", **options})
    assert "hunter2" not in str(caught.value)


def test_a_literal_secret_that_others_can_read_warns(place: Place) -> None:
    path = write(place.cwd / "anycloud.yml", LAB.format(token="hunter2hunter2"), 0o644)
    place.clouds().settle({"cloud": "lab"})
    assert place.warnings[0].startswith(f"{path} holds secrets (clouds.lab.auth.token)")
    assert "hunter2" not in place.warnings[0]


@pytest.mark.parametrize(("token", "mode"), [("literal", 0o600), ("{env: LAB_TOKEN}", 0o644)])
def test_a_private_file_and_a_pointer_do_not_warn(place: Place, token: str, mode: int) -> None:
    write(place.cwd / "anycloud.yml", LAB.format(token=token), mode)
    place.clouds(LAB_TOKEN="x").settle({"cloud": "lab"})
    assert place.warnings == []


def encrypted(text: str) -> str:
    return VaultLib(SECRETS).encrypt(text).decode()


def test_a_vaulted_file_is_decrypted_and_does_not_warn(place: Place) -> None:
    write(place.cwd / "anycloud.yml", encrypted(LAB.format(token="from-vault")), 0o644)
    assert place.clouds().settle({"cloud": "lab"})["auth"] == {"token": "from-vault"}
    assert place.warnings == []


def test_a_vault_that_does_not_open_is_told_with_the_file(place: Place) -> None:
    path = write(place.cwd / "anycloud.yml", encrypted(LAB.format(token="from-vault")))
    place.loader.set_vault_secrets([("default", VaultSecret(b"another"))])
    with pytest.raises(Invalid) as caught:
        place.clouds().settle({"cloud": "lab"})
    assert str(caught.value) == f"{path} cannot be decrypted with the vault secrets of this run"


def test_a_file_that_changed_is_read_again(place: Place) -> None:
    path = write(place.cwd / "anycloud.yml", PLAIN.format(name="one"))
    assert place.clouds().settle({})["region"] == "one"
    write(path, PLAIN.format(name="another"))
    assert place.clouds().settle({})["region"] == "another"


MANY = """
clouds:
  lab: {provider: local, region: r1, auth: {token: {env: LAB_TOKEN}}}
  laptop: {provider: local}
"""


def test_several_clouds_are_settled_each_for_itself_under_names_that_differ(place: Place) -> None:
    write(place.cwd / "anycloud.yml", MANY)
    found = place.clouds(LAB_TOKEN="t").settle_all(
        ["lab", "laptop"],
        [{"provider": "local", "region": "r2"}, {"provider": "local"}, {"cloud": "lab", "region": "r3"}],
    )
    assert [(cloud["cloud"], cloud["provider"], cloud.get("region")) for cloud in found] == [
        ("lab", "local", "r1"),
        ("laptop", "local", None),
        ("local", "local", "r2"),
        ("local-2", "local", None),
        ("lab-2", "local", "r3"),
    ]
    assert found[0]["auth"] == found[4]["auth"] == {"token": "t"}


def test_a_star_is_all_named_clouds(place: Place) -> None:
    with pytest.raises(Invalid, match=r"all named clouds were asked for, but there is no anycloud\.yml"):
        place.clouds().settle_all(["*"])
    write(place.cwd / "anycloud.yml", MANY)
    assert [cloud["cloud"] for cloud in place.clouds(LAB_TOKEN="t").settle_all(["*"])] == ["lab", "laptop"]


def test_the_vault_editor_of_core_makes_files_that_are_read(place: Place) -> None:
    path = write(place.cwd / "anycloud.yml", LAB.format(token="edited"))
    VaultEditor(VaultLib(SECRETS)).encrypt_file(str(path), SECRETS[0][1])
    assert place.clouds().settle({"cloud": "lab"})["auth"] == {"token": "edited"}


def test_what_is_read_is_plain(place: Place) -> None:
    write(
        place.cwd / "anycloud.yml",
        "clouds: {a: {provider: local, api_retries: 3, defaults: {b: [c, 1.5]}}}\ndefault: a\n",
    )
    found = place.clouds().settle({})
    values = [found["provider"], found["api_retries"], *found["defaults"], *found["defaults"]["b"], *found]
    assert {type(value) for value in values} == {str, int, float}


def test_a_command_gets_no_standard_input(place: Place) -> None:
    write(place.cwd / "anycloud.yml", LAB.format(token="{command: [sh, -c, 'cat; echo ended']}"))
    code = f"""
import sys
sys.path[:] = {sys.path!r}
from ansible.parsing.dataloader import DataLoader
from ansible_collections.anycloud.core.plugins.plugin_utils._clouds import NamedClouds
clouds = NamedClouds(DataLoader(), env={{"PATH": "/usr/bin:/bin"}}, folder="/", cwd={str(place.cwd)!r}, warn=print)
print(clouds.settle({{"cloud": "lab"}})["auth"]["token"])
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, encoding="utf-8") as running:
        assert running.stdout is not None
        assert running.stdout.read() == "ended\n"
