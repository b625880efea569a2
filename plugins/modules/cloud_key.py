#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_key
short_description: SSH keys of any cloud
version_added: 0.1.0
description:
  - Makes sure that the cloud knows a public key, under a name that M(anycloud.core.cloud_node) can use in its C(key_names).
  - It takes a key that you have, or generates a pair.
options:
  name:
    description: The name of the key in the cloud.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the cloud has this key, V(absent) that it has none of this name.
      - No file is ever deleted.
    type: str
    choices: [present, absent]
    default: present
  public_key:
    description: The public key as OpenSSH writes it. A comment at its end does not count.
    type: str
  public_key_file:
    description: A file that holds the public key, on the host that runs the task.
    type: path
  private_key_file:
    description:
      - The file of a private key, on the host that runs the task.
      - If it exists, its public half is what the cloud is given.
      - If it does not exist, a pair is generated and its private half is written here, readable for its owner only, before the
        cloud hears of the key. So an interrupted run never loses it.
      - A key that the cloud has already, while this file is missing, can only be replaced, which needs V(recreate) in O(allow).
    type: path
  type:
    description: The type of a generated key. V(rsa) keys have 4096 bits.
    type: str
    choices: [ed25519, rsa]
    default: ed25519
  return_private_key:
    description:
      - Whether to return a generated private key as RV(private_key). Without O(private_key_file) it is returned once and kept nowhere.
      - Set C(no_log) on the task, or it is shown and logged.
    type: bool
    default: false
  labels:
    description: Labels of the key. Others that it has are left alone, unless O(purge_labels) is V(true).
    type: dict
  purge_labels:
    description: Whether to remove labels that are not in O(labels).
    type: bool
    default: false
requirements:
  - cryptography, to generate a key or to read O(private_key_file)
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.change
  - anycloud.core.wait
  - anycloud.core.attributes
seealso:
  - module: anycloud.core.cloud_node
author:
  - The anycloud.core authors (@anycloud)
"""

EXAMPLES = r"""
- name: A key that I have
  anycloud.core.cloud_key:
    name: ops
    public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOLZfU3wp6KsB8pzpJkvKszhsIm3NM2Sra+flI1L7gBy ops@example.org

- name: A key that this computer has in a file
  anycloud.core.cloud_key:
    name: laptop
    public_key_file: ~/.ssh/id_ed25519.pub

- name: A new pair for deployments, made by the first run and left alone by all others
  anycloud.core.cloud_key:
    name: deploy
    private_key_file: ~/.ssh/deploy

- name: Another key under the same name
  anycloud.core.cloud_key:
    name: ops
    public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP3vF/RHaIznP1VFY0fEl8cHG8QeSKLmJk8YFRKeIYmE
    allow: [recreate]

- name: No such key any more
  anycloud.core.cloud_key:
    name: ops
    state: absent
"""

RETURN = r"""
key:
  description:
    - The key, as it is afterwards; in check mode as it would be.
    - It has C(id), C(name), C(public_key), C(fingerprint), C(labels) and C(extra).
  returned: when there is one
  type: dict
key_pairs:
  description: The same in a list, which is empty when there is none.
  returned: always
  type: list
  elements: dict
private_key:
  description: The private key, if this run generated it.
  returned: when O(return_private_key) is V(true)
  type: str
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

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.key import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
