#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_bucket
short_description: Buckets of any cloud
version_added: 0.1.0
description:
  - Makes sure that a bucket (container, space) exists with the settings that you write, or that it is gone.
  - A setting that you leave out is never touched. One that the provider does not have fails before anything is changed.
  - What is in a bucket is the business of M(anycloud.core.cloud_object).
author:
  - The anycloud.core authors (@anycloud-core)
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.change
  - anycloud.core.wait
  - anycloud.core.attributes
options:
  name:
    description:
      - The name of the bucket. On many clouds it has to be one that nobody else in the world has taken.
      - It has 3 to 63 lower-case letters, digits, hyphens and dots, begins and ends with a letter or digit, and is no IP address.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the bucket exists, V(absent) that it does not.
    type: str
    choices: [present, absent]
    default: present
  location:
    description:
      - Where the bucket is. It is chosen when the bucket is created.
    type: str
  versioning:
    description:
      - Whether the bucket keeps older versions of its objects.
      - V(false) keeps no further ones, those that there are stay.
    type: bool
  encryption:
    description:
      - How objects are encrypted at rest.
    type: dict
    suboptions:
      type:
        description:
          - V(provider) leaves the key to the provider, V(kms) uses one from its key service, V(none) does not encrypt.
        type: str
        choices: [none, provider, kms]
        required: true
      key:
        description:
          - The id of the key. It goes with O(encryption.type=kms).
        type: str
  access:
    description:
      - V(private) lets only those in who have a right to it, V(public_read) lets everyone read all objects.
    type: str
    choices: [private, public_read]
  policy:
    description:
      - The access policy in the provider's own words, as a mapping or as JSON. An empty one, V({}), removes it.
      - Two policies are the same when they mean the same, so the order of lists does not count.
    type: raw
  lifecycle:
    description:
      - All rules on what happens to objects with time. An empty list, V([]), removes them.
      - 'For example V([{prefix: logs/, expire_days: 30}]).'
    type: list
    elements: dict
    suboptions:
      id:
        description: The name of the rule.
        type: str
      prefix:
        description: The beginning of the names that it is for. Left out, it is for all objects.
        type: str
      enabled:
        description: Whether the rule is in force.
        type: bool
        default: true
      expire_days:
        description: After how many days objects are deleted.
        type: int
      expire_versions_days:
        description: After how many days older versions are deleted.
        type: int
      abort_uploads_days:
        description: After how many days uploads that were never finished are given up.
        type: int
      transitions:
        description: When objects move to another class of storage.
        type: list
        elements: dict
        suboptions:
          days:
            description: After how many days.
            type: int
            required: true
          storage_class:
            description: The class, as the provider calls it.
            type: str
            required: true
  cors:
    description:
      - All rules on which web sites may use the bucket from a browser. An empty list, V([]), removes them.
      - 'For example V([{origins: [https://example.org], methods: [GET]}]).'
    type: list
    elements: dict
    suboptions:
      origins:
        description: The sites, with their scheme. V(*) is all.
        type: list
        elements: str
        required: true
      methods:
        description: The HTTP methods.
        type: list
        elements: str
        required: true
      headers:
        description: The request headers that they may send.
        type: list
        elements: str
      expose:
        description: The response headers that they may read.
        type: list
        elements: str
      max_age:
        description: For how many seconds a browser may remember this.
        type: int
  website:
    description:
      - Serves the bucket as a web site. An empty mapping, V({}), ends that.
    type: dict
    suboptions:
      index:
        description: The object that is shown for a folder, such as V(index.html).
        type: str
      error:
        description: The object that is shown for what is not there.
        type: str
  cdn:
    description:
      - Whether the provider's content delivery network stands in front of the bucket.
    type: bool
  labels:
    description:
      - Labels of the bucket. Others that it has are left alone, unless O(purge_labels=true).
    type: dict
  purge_labels:
    description:
      - Whether to remove labels that are not in O(labels). Those that the provider or this collection need stay.
    type: bool
    default: false
  force:
    description:
      - With O(state=absent), whether to delete a bucket together with all that is in it, older versions and unfinished uploads too.
      - Without it, a bucket that holds something is left as it is and the task fails, in check mode too.
      - A run that is interrupted has deleted a part. The next one deletes the rest.
    type: bool
    default: false
seealso:
  - module: anycloud.core.cloud_object
"""

EXAMPLES = r"""
- name: A bucket
  anycloud.core.cloud_bucket:
    name: holiday-photos

- name: A bucket with labels
  anycloud.core.cloud_bucket:
    name: nightly-backups
    labels:
      team: ops
      purpose: backup

- name: These labels and no others
  anycloud.core.cloud_bucket:
    name: nightly-backups
    labels:
      team: storage
    purge_labels: true

- name: No such bucket any more
  anycloud.core.cloud_bucket:
    name: holiday-photos
    state: absent

- name: Nor this one, nor what is in it
  anycloud.core.cloud_bucket:
    name: old-archive
    state: absent
    force: true
"""

RETURN = r"""
bucket:
  description:
    - The bucket as it is afterwards, in check mode as it would be.
    - A setting that is V(null) is not known, or not had by the provider.
  returned: always, null when there is none
  type: dict
  sample:
    name: nightly-backups
    id: b-1f3c9a
    location: local-1
    created: '2026-11-20T17:00:00Z'
    versioning: null
    encryption: null
    access: null
    policy: null
    lifecycle: null
    cors: null
    website: null
    cdn: null
    labels: {team: storage}
    url: file:///home/me/.local/share/anycloud/buckets/nightly-backups
    extra: {}
buckets:
  description: The same in a list, which is empty when there is none.
  returned: always
  type: list
  elements: dict
deleted_objects:
  description:
    - How many objects O(force) deleted with the bucket, in check mode how many it would.
    - In check mode it is V(null) when there are more than 10000.
  returned: when O(state=absent)
  type: int
  sample: 1
plan:
  description: What was done, or in check mode would be done, one sentence for each step.
  returned: always
  type: list
  elements: str
  sample:
    - empty bucket old-archive (deletes 1 object)
    - delete bucket old-archive
disrupts:
  description: The permissions that the plan needs, of those that O(allow) can give.
  returned: always
  type: list
  elements: str
  sample: []
diff:
  description: The settings that change, before and after. It is the same in check mode.
  returned: always
  type: dict
api:
  description: What it took, in the keys C(calls), C(retries) and C(throttled_seconds).
  returned: always
  type: dict
failure:
  description: >-
    What went wrong, in the keys C(kind) (such as V(auth), V(conflict), V(not_found), V(refused)),
    C(provider_code), C(request_id) and C(retryable).
  returned: when it failed
  type: dict
"""

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.bucket import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
