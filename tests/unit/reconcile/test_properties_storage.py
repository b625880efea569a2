# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine holds its promises for keys, volumes, snapshots and buckets."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import bucket, key, snapshot, volume
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import object as object_task
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import (
    Bucket,
    KeyPair,
    Node,
    NodeState,
    Object,
    Snapshot,
    Volume,
)
from ansible_collections.anycloud.core.tests.unit.memory import State
from hypothesis import strategies as st

from .examples import HOWS, able, cases, labels, promises, written
from .worlds import Subject

pytestmark = pytest.mark.fuzz

KEYS = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOLZfU3wp6KsB8pzpJkvKszhsIm3NM2Sra+flI1L7gBy",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP3vF/RHaIznP1VFY0fEl8cHG8QeSKLmJk8YFRKeIYmE",
)
LIVE = (How.LIVE, How.LIVE, How.RECREATE, None)


def keys_of_others(state: State) -> None:
    state.put("key", "key-0", KeyPair(id="key-0", name="db", public_key=KEYS[0]))


TestKey = promises(
    Subject(kind="key", task=key.TASK, stage=keys_of_others, names=frozenset({"web"}), words={"update": "change"}),
    cases(
        able("key", {"public_key": (How.RECREATE, How.RECREATE, How.LIVE), "labels": LIVE}),
        written({"labels": labels}, name="web", public_key=KEYS[0]),
        written(
            {
                "public_key": st.sampled_from([*KEYS, f"{KEYS[0]} me@home"]),
                "labels": labels,
                "purge_labels": st.booleans(),
                "state": st.sampled_from(["present", "present", "absent"]),
            },
            name="web",
        ),
    ),
)


def volumes_of_others(state: State) -> None:
    for name in ("one", "two"):
        state.put("node", f"node-{name}", Node(id=f"node-{name}", name=name, state=NodeState.RUNNING))
    state.put("volume", "volume-0", Volume(id="volume-0", name="other", size_gb=1, node="node-one"))
    state.put("snapshot", "snapshot-0", Snapshot(id="snapshot-0", name="snap", volume="volume-0", size_gb=1))


VOLUME = {
    "size": st.sampled_from(["1 GB", "2 GB", "3GB"]),
    "type": st.sampled_from(["plain", "fast"]),
    "iops": st.sampled_from([100, 200]),
    "encrypted": st.booleans(),
    "location": st.sampled_from(["north", "l-south"]),
    "labels": labels,
    "purge_labels": st.booleans(),
    "node": st.sampled_from(["one", "two", "node-two", "", "ghost"]),
}
TestVolume = promises(
    Subject(
        kind="volume",
        task=volume.TASK,
        stage=volumes_of_others,
        names=frozenset({"db"}),
        attribute={"size": "size_gb"},
        words={"update": "change"},
    ),
    cases(
        able(
            "volume",
            {
                "size_gb": (How.LIVE, How.LIVE, How.RESTART, How.RECREATE),
                "snapshot": (How.CREATE_ONLY, None),
                **dict.fromkeys(("type", "iops", "encrypted", "location", "labels"), HOWS),
            },
            shrinks=st.sampled_from([frozenset(), frozenset({"size_gb"})]),
        ),
        written(VOLUME, name="db", size="2 GB"),
        written(
            {**VOLUME, "snapshot": st.just("snap"), "state": st.sampled_from(["present", "present", "absent"])},
            name="db",
        ),
    ),
)


def rotations(state: State) -> None:
    volumes_of_others(state)
    state.put("volume", "volume-db", Volume(id="volume-db", name="db", size_gb=2))
    for number in range(3):
        made = Snapshot(
            id=f"old-{number}",
            name=f"old-{number}",
            volume="volume-db",
            created=f"2025-01-0{number + 1}T00:00:00Z",
            labels={"anycloud_keep": "daily"},
        )
        state.put("snapshot", made.id, made)
        others = Snapshot(
            id=f"mine-{number}", name=f"mine-{number}", volume="volume-db", created="2024-01-01T00:00:00Z"
        )
        state.put("snapshot", others.id, others)


TestSnapshot = promises(
    Subject(
        kind="snapshot",
        task=snapshot.TASK,
        stage=rotations,
        names=frozenset({"snap-1", "old-0", "old-1", "old-2"}),
        attribute={"keep": "labels"},
        words={
            "update_snapshot": "change",
            "create_snapshot": "create",
            "delete_snapshot": "delete",
        },
    ),
    cases(
        able("snapshot", {"description": (How.LIVE, None), "labels": (How.LIVE, None)}),
        written({"labels": labels}, name="snap-1", volume="db"),
        written(
            {
                "labels": labels,
                "description": st.sampled_from(["a", "b"]),
                "keep": st.builds(
                    lambda last, group: {"last": last, "group": group},
                    st.integers(1, 4),
                    st.sampled_from(["daily", "weekly"]),
                ),
            },
            name="snap-1",
            volume="db",
        )
        | st.sampled_from(
            [{"name": "snap-1", "state": "absent"}, {"name": "snap-1"}, {"name": "snap-1", "volume": "ghost"}]
        ),
    ),
)


def buckets_of_others(state: State) -> None:
    state.put("bucket", "files", Bucket(id="files", name="files", versioning=False, access="private"))


BUCKET = {
    "versioning": st.booleans(),
    "location": st.sampled_from(["l-north", "l-south"]),
    "encryption": st.sampled_from([{"type": "provider"}, {"type": "kms", "key": "k1"}, {"type": "none"}]),
    "access": st.sampled_from(["private", "public_read"]),
    "policy": st.sampled_from([{"Statement": [{"Effect": "Allow"}]}, "", '{"Statement": []}']),
    "lifecycle": st.lists(
        st.fixed_dictionaries({"prefix": st.sampled_from(["a/", "b/"]), "expire_days": st.just(3)}), max_size=2
    ),
    "cors": st.lists(st.just({"origins": ["*"], "methods": ["GET"]}), max_size=1),
    "website": st.sampled_from([{"index": "index.html"}, {"index": "a", "error": "b"}]),
    "cdn": st.booleans(),
    "labels": labels,
    "purge_labels": st.booleans(),
}
TestBucket = promises(
    Subject(
        kind="bucket", task=bucket.TASK, stage=buckets_of_others, names=frozenset({"web"}), words={"update": "change"}
    ),
    cases(
        able("bucket", dict.fromkeys(BUCKET.keys() - {"purge_labels"}, LIVE)),
        written(BUCKET, name="web"),
        written({**BUCKET, "state": st.sampled_from(["present", "present", "absent"])}, name="web"),
    ),
)


def objects_inside(state: State) -> None:
    buckets_of_others(state)
    for name in ("a", "b"):
        state.put("object/web", name, Object(name=name, size=1))
        state.bytes[("web", name)] = b"x"


TestFullBucket = promises(
    Subject(
        kind="bucket",
        task=bucket.TASK,
        stage=objects_inside,
        names=frozenset({"web"}),
        words={"update": "change", "delete_objects": "empty"},
        inner=("object/web",),
    ),
    cases(
        able("bucket", {"versioning": LIVE}),
        written({"versioning": st.booleans()}, name="web"),
        written({"force": st.booleans(), "versioning": st.booleans()}, name="web", state="absent"),
    ),
)


def a_bucket(state: State) -> None:
    state.put("bucket", "web", Bucket(id="web", name="web"))
    state.put("object/web", "other", Object(name="other", size=1))
    state.bytes[("web", "other")] = b"x"


OBJECT = {
    "metadata": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])),
    "content_type": st.sampled_from(["text/plain", "text/html"]),
    "cache_control": st.sampled_from(["no-store", "max-age=60"]),
}
TestObject = promises(
    Subject(
        kind="bucket",
        task=object_task.TASK,
        stage=a_bucket,
        names=frozenset({"page"}),
        words={"put": "upload", "copy": "change", "delete_objects": "delete"},
        shelf="object/web",
        covers=frozenset({"size", "etag", "checksums"}),
    ),
    cases(
        able("bucket", {}, checksums=st.sampled_from([("md5",), ("sha256",), ("md5", "sha256")])),
        written(OBJECT, bucket="web", name="page", content="hello"),
        st.builds(
            lambda more, content, state: {
                **({"state": "absent"} if state else {**more, "content": content}),
                "bucket": "web",
                "name": "page",
            },
            written(OBJECT),
            st.sampled_from(["hello", "bye", ""]),
            st.booleans(),
        ),
    ),
)
