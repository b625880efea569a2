#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_volume
short_description: Volumes (block storage) of any cloud
version_added: 0.1.0
description:
  - Makes, grows, attaches, detaches and deletes volumes.
  - A volume is never shrunk, replaced or deleted from under a node unless O(allow) says so.
options:
  name:
    description: The name of the volume. One of O(name) and O(id) is needed.
    type: str
  id:
    description: The id of a volume that exists. With O(name) as well, the volume is renamed.
    type: str
  state:
    description:
      - V(present) makes sure that the volume is there and as described, V(absent) that it is gone.
      - A volume that is attached is detached and deleted only with V(data_loss) in O(allow).
    type: str
    choices: [present, absent]
    default: present
  size:
    description:
      - How large the volume is, such as V(20 GB) or V(1 TB). A bare number counts gigabytes.
      - A larger value grows it. A smaller one is refused, or needs V(shrink) in O(allow) where the provider can shrink.
      - Needed to make a volume, unless it is made from a O(snapshot).
    type: str
  type:
    description: The provider's name for the sort of storage.
    type: str
  iops:
    description: Operations for each second that the volume is made for.
    type: int
  throughput:
    description: Megabytes for each second that the volume is made for.
    type: int
  encrypted:
    description: Whether the provider encrypts the volume.
    type: bool
  location:
    description: Where the volume is, by id or name.
    type: str
  snapshot:
    description: The name or id of the snapshot that a new volume is made from. It does not count for a volume that exists.
    type: str
  node:
    description:
      - The name or id of the node that the volume is to be attached to. It is detached from another one first.
      - An empty string detaches it. Left out, it stays where it is.
    type: str
  device:
    description: The name under which the node is to see the volume, where the provider lets you choose. It counts when it is attached.
    type: str
  labels:
    description: Labels of the volume. Others that it has are left alone, unless O(purge_labels) is V(true).
    type: dict
  purge_labels:
    description: Whether to remove labels that are not in O(labels).
    type: bool
    default: false
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.change
  - anycloud.core.wait
  - anycloud.core.attributes
seealso:
  - module: anycloud.core.cloud_snapshot
  - module: anycloud.core.cloud_node
author:
  - The anycloud.core authors (@anycloud)
"""

EXAMPLES = r"""
- name: A volume of 10 GB
  anycloud.core.cloud_volume:
    name: db
    size: 10 GB
    labels:
      team: data

- name: The same volume, grown
  anycloud.core.cloud_volume:
    name: db
    size: 20 GB

- name: Detached, whichever node had it
  anycloud.core.cloud_volume:
    name: db
    node: ""

- name: No such volume any more
  anycloud.core.cloud_volume:
    name: db
    state: absent
"""

RETURN = r"""
volume:
  description:
    - The volume, as it is afterwards; in check mode as it would be.
    - >-
      It has C(id), C(name), C(state), C(size_gb), C(type), C(iops), C(throughput), C(encrypted), C(location), C(node) (an id),
      C(device), C(snapshot), C(labels), C(created) and C(extra).
  returned: when there is one
  type: dict
volumes:
  description: The same in a list, which is empty when there is none.
  returned: always
  type: list
  elements: dict
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
  description: The fields that change, before and after. It is the same in check mode.
  returned: always
  type: dict
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

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.volume import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
