#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_snapshot
short_description: Snapshots of volumes of any cloud
version_added: 0.1.0
description:
  - Makes and deletes snapshots of volumes, and keeps as many of the last ones as you like.
  - To make a volume from a snapshot, see the option C(snapshot) of M(anycloud.core.cloud_volume).
options:
  name:
    description: The name of the snapshot. One that exists under this name is left as it is.
    type: str
    required: true
  state:
    description: V(present) makes sure that the snapshot is there, V(absent) that it is gone.
    type: str
    choices: [present, absent]
    default: present
  volume:
    description: The name or id of the volume. Needed to make a snapshot, and for O(keep).
    type: str
  description:
    description: A text that goes with the snapshot.
    type: str
  labels:
    description: Labels of the snapshot. Others that it has are left alone, unless O(purge_labels) is V(true).
    type: dict
  purge_labels:
    description: Whether to remove labels that are not in O(labels).
    type: bool
    default: false
  keep:
    description:
      - Deletes the oldest snapshots of O(volume) that were made by this option under the same O(keep.group), after the new one is made.
      - They are known by their label C(anycloud_keep). No other snapshot is ever deleted.
    type: dict
    suboptions:
      last:
        description: How many are kept, the one of this task among them.
        type: int
        required: true
      group:
        description: Tells several rotations of one volume apart.
        type: str
        default: default
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.change
  - anycloud.core.wait
  - anycloud.core.attributes
seealso:
  - module: anycloud.core.cloud_volume
author:
  - The anycloud.core authors (@anycloud)
"""

EXAMPLES = r"""
- name: A snapshot before something risky
  anycloud.core.cloud_snapshot:
    name: db-before-upgrade
    volume: db
    description: before the upgrade

- name: A snapshot for each day, of which the last 7 are kept
  anycloud.core.cloud_snapshot:
    name: db-{{ now(utc=true, fmt='%Y-%m-%d') }}
    volume: db
    keep:
      last: 7
      group: daily

- name: No such snapshot any more
  anycloud.core.cloud_snapshot:
    name: db-before-upgrade
    state: absent
"""

RETURN = r"""
snapshot:
  description:
    - The snapshot, as it is afterwards; in check mode as it would be.
    - It has C(id), C(name), C(volume) (an id), C(state), C(size_gb), C(description), C(labels), C(created) and C(extra).
  returned: when there is one
  type: dict
snapshots:
  description: The same in a list, which is empty when there is none.
  returned: always
  type: list
  elements: dict
expired:
  description: The names of the snapshots that O(keep) deletes, oldest first.
  returned: when O(keep) is set
  type: list
  elements: str
plan:
  description: What was done, or in check mode would be done, one sentence for each step.
  returned: always
  type: list
  elements: str
disrupts:
  description: The permissions that the plan needs, of those that O(allow) can give.
  returned: always
  type: list
  elements: str
diff:
  description: >-
      The fields that change, before and after. It is the same in check mode. With O(keep) a list: the new snapshot first, then those that go.
  returned: always
  type: raw
api:
  description: What it took, in the keys C(calls), C(retries) and C(throttled_seconds).
  returned: always
  type: dict
failure:
  description: >-
    What went wrong, in the keys C(kind) (such as V(auth), V(quota), V(conflict), V(not_found), V(refused)),
    C(provider_code), C(request_id) and C(retryable).
  returned: when it failed
  type: dict
"""

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.snapshot import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
