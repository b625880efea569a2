#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_node
short_description: Machines of any cloud
version_added: 0.1.0
description:
  - Makes nodes (servers, instances, droplets) of any cloud be as you say, one, several by name, or a numbered group.
  - An option that you leave out is never touched. What would disturb a running node needs a word in O(allow).
author:
  - The anycloud.core authors (@anycloud-core)
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.change
  - anycloud.core.wait
  - anycloud.core.many
  - anycloud.core.attributes
options:
  name:
    description:
      - The name of the node. The single node of that name in the account and region is taken as yours.
      - Two nodes of one name are never guessed between, the task fails with their ids.
      - Together with O(id) it renames the node.
    type: str
  id:
    description:
      - The provider's id of an existing node.
    type: str
  names:
    description:
      - The names of several nodes that are to be alike. They are worked on at once.
    type: list
    elements: str
  group:
    description:
      - The name of a group of nodes that are to be alike. Its members are called C(<group>-1), C(<group>-2) and so on,
        and carry the label C(anycloud_group).
      - A node that has the name of a member but not the label is somebody else's, and the task fails.
    type: str
  count:
    description:
      - How many nodes the O(group) has. Left out, it keeps those that it has.
      - Where there are more, those with the highest numbers are deleted, which needs V(data_loss) in O(allow).
    type: int
  state:
    description:
      - V(present) makes sure that the node exists, and leaves it running or stopped as it is. A new node runs.
      - V(started) and V(stopped) also bring it to that state.
      - V(restarted) and V(rebuilt) happen each time. A rebuild puts a fresh image on the disk of the same node.
      - V(absent) deletes it.
    type: str
    choices: [present, absent, started, stopped, restarted, rebuilt]
    default: present
  size:
    description:
      - The size, by its id or name.
      - Or what it must have, as a dictionary with C(cpus), C(ram), C(disk) and C(cheapest). A node that has enough is left as it is.
      - An existing node of another size is resized, which needs V(restart) in O(allow) on most providers.
    type: raw
  image:
    description:
      - The image, by its id or name.
      - Or a pattern, as a dictionary with C(name) (such as V(debian-13*)) and C(newest). A node made from any image that fits is left as it is.
    type: raw
  location:
    description:
      - Where the node is, by the id or name of a location.
    type: str
  key_names:
    description:
      - The names of the SSH keys that may log in, see M(anycloud.core.cloud_key).
    type: list
    elements: str
  user_data:
    description:
      - What the node runs or reads at its first start, as its provider and image define it. It is never shown.
    type: str
  labels:
    description:
      - Labels (tags) of the node.
    type: dict
  purge_labels:
    description:
      - Whether labels that O(labels) does not have are removed. Labels of the provider, and those that begin with C(anycloud_), stay.
    type: bool
    default: false
  networks:
    description:
      - The private networks of the node, by name or id.
    type: list
    elements: str
  security_groups:
    description:
      - The security groups (firewalls) of the node, by name or id.
    type: list
    elements: str
  public_ip:
    description:
      - Whether the node has a public address.
    type: bool
  volumes:
    description:
      - The names of volumes that are to be attached to the node, see M(anycloud.core.cloud_volume). Others stay as they are.
    type: list
    elements: str
seealso:
  - module: anycloud.core.cloud_info
  - module: anycloud.core.cloud_key
  - module: anycloud.core.cloud_volume
  - module: anycloud.core.cloud_lb
"""

EXAMPLES = r"""
- name: Have a node
  anycloud.core.cloud_node:
    provider: local
    name: web-1
    size: small
    image: debian-13
    labels:
      team: red

- name: Give it more memory, which restarts it
  anycloud.core.cloud_node:
    provider: local
    name: web-1
    size:
      cpus: 2
      ram: 4 GB
      cheapest: true
    allow: [restart]

- name: Have three alike, made from the newest Debian
  anycloud.core.cloud_node:
    provider: local
    group: worker
    count: 3
    size: small
    image:
      name: debian-*
      newest: true

- name: Stop one of them
  anycloud.core.cloud_node:
    provider: local
    name: worker-2
    state: stopped

- name: Make do with one
  anycloud.core.cloud_node:
    provider: local
    group: worker
    count: 1
    allow: [data_loss]

- name: Have none of them any more
  anycloud.core.cloud_node:
    provider: local
    group: worker
    state: absent

- name: Delete the other one too
  anycloud.core.cloud_node:
    provider: local
    name: web-1
    state: absent
"""

RETURN = r"""
node:
  description:
    - The node, when one was named. Null when it is gone.
    - In check mode, what is not known beforehand is null.
  returned: when O(name) or O(id) was given
  type: dict
  sample:
    id: i-0f3a
    name: web-1
    state: running
    public_ips: [192.0.2.7]
    private_ips: [10.0.0.7]
    size: small
    image: debian-13
    location: north
    labels:
      team: red
    key_names: [ops]
    networks: []
    security_groups: []
    created: "2026-11-20T12:00:00Z"
    price_hourly: 0.007
    currency: EUR
    extra: {}
nodes:
  description: The nodes, without those that are gone.
  returned: always
  type: list
  elements: dict
plan:
  description: What was done, or in check mode would be, in sentences.
  returned: always
  type: list
  elements: str
  sample: ["change node web-1: size small -> medium (restarts the node)"]
disrupts:
  description: The permissions that the plan needs, as O(allow) gives them.
  returned: always
  type: list
  elements: str
  sample: [restart]
outcomes:
  description: What came of each node.
  returned: when several nodes were named
  type: list
  elements: dict
  contains:
    name:
      description: The name of the node.
      type: str
    changed:
      description: Whether it was changed.
      type: bool
    plan:
      description: The plan for this node.
      type: list
      elements: str
    failure:
      description: What went wrong with it, or null.
      type: dict
failure:
  description: What went wrong, in a form that playbooks can test.
  returned: failure
  type: dict
  contains:
    kind:
      description: One of auth, denied, quota, conflict, not_found, rate_limit, invalid, unsupported, timeout, unavailable, ambiguous, refused.
      type: str
    provider_code:
      description: The provider's own word for it.
      type: str
    request_id:
      description: The provider's number of the request.
      type: str
    retryable:
      description: Whether the same task may succeed later.
      type: bool
api:
  description: What it took.
  returned: always
  type: dict
  contains:
    calls:
      description: How many requests were made.
      type: int
    retries:
      description: How many of them were made again.
      type: int
    throttled_seconds:
      description: How long the provider made us wait.
      type: float
"""

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.node import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
