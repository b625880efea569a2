#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_zone
short_description: DNS zones of any cloud
version_added: 0.1.0
description:
  - Makes a DNS zone exist, have its settings, or be gone.
  - Takes the records of a zone out of a zone file, as BIND and most DNS servers write them, or writes them into one.
  - An option that you leave out is never touched.
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
      - The name of the zone, with or without a dot at its end. Letters of any language are fine.
    type: str
  id:
    description:
      - The provider's id of an existing zone, where several have one name.
    type: str
  state:
    description:
      - V(present) makes sure that the zone exists.
      - V(absent) deletes it with its records. Where it has others than those that every zone has, the SOA and NS of its own name,
        that needs V(data_loss) in O(allow).
    type: str
    choices: [present, absent]
    default: present
  kind:
    description:
      - V(native) where the provider copies the zone to its servers by itself, V(primary) where other servers fetch it from here,
        V(secondary) where it is copied from O(primaries). Which of them there are is up to the provider.
    type: str
    choices: [native, primary, secondary]
  primaries:
    description:
      - The addresses of the servers that a secondary zone is copied from. The list is the whole list.
    type: list
    elements: str
  nameservers:
    description:
      - The host names of the zone's own name servers, where the provider does not choose them. They count when the zone is made.
        Afterwards they are records of type NS.
    type: list
    elements: str
  ttl:
    description:
      - How many seconds others may remember records that say nothing themselves.
    type: int
  private:
    description:
      - Whether the zone is answered only inside of O(networks), where the provider has that.
    type: bool
  networks:
    description:
      - The networks, by name or id, that a private zone is answered in. The list is the whole list.
    type: list
    elements: str
  comment:
    description:
      - A remark that the provider keeps with the zone, where it can.
    type: str
  labels:
    description:
      - Labels of the zone. Others that it has stay, unless O(purge_labels).
    type: dict
  purge_labels:
    description:
      - Whether labels that are not in O(labels) are taken away.
    type: bool
    default: false
  import_file:
    description:
      - A zone file on the host that runs the task. Its records are made in the zone, or changed to what the file says.
      - The file is read in the name of the zone. Names in it are relative to the zone until it says C($ORIGIN).
        C($INCLUDE) and C($GENERATE) are refused.
      - What a zone has of itself is left out, the SOA and NS records of its own name, and the keys and signatures of DNSSEC.
      - Everything that is wrong with the file is found before anything is changed, and named by its line.
    type: path
  import_text:
    description:
      - The text of a zone file, instead of O(import_file).
    type: str
  purge_records:
    description:
      - Whether records of the zone that are not in the zone file are deleted.
      - Where nothing at all would be left, V(data_loss) in O(allow) is needed.
    type: bool
    default: false
  ignore:
    description:
      - What O(purge_records) leaves alone, as patterns of names, V(_acme-challenge*), or of names and types, V(* CAA).
    type: list
    elements: str
  export_file:
    description:
      - A file on the host that runs the task, that is to hold the zone as a zone file. Its folder must exist.
      - It is written only where it differs, and all at once. A new file is readable by all. The zone must exist.
      - What a zone file cannot say, such as an alias, stands in it as a comment.
    type: path
seealso:
  - module: anycloud.core.cloud_record
"""

EXAMPLES = r"""
- name: Have a zone
  anycloud.core.cloud_zone:
    provider: local
    name: example.com
    ttl: 3600
    comment: For the examples
    labels:
      team: web

- name: Bring the records of a zone file
  anycloud.core.cloud_zone:
    provider: local
    name: example.com
    import_text: |
      $TTL 1h
      @        IN MX   10 mail
      www      IN A    192.0.2.10
               IN A    192.0.2.11
      mail     IN A    192.0.2.20
      docs 5m  IN CNAME pages.example.net.

- name: Have exactly the records of a zone file, and those of certificates
  anycloud.core.cloud_zone:
    provider: local
    name: example.com
    purge_records: true
    ignore:
      - _acme-challenge*
    import_text: |
      $TTL 1h
      @        IN MX   10 mail
      mail     IN A    192.0.2.20

- name: Have a place for a copy
  ansible.builtin.tempfile:
    state: directory
  register: copies

- name: Keep a copy of the zone in a file
  anycloud.core.cloud_zone:
    provider: local
    name: example.com
    export_file: "{{ copies.path }}/example.com.zone"

- name: Delete the zone with its records
  anycloud.core.cloud_zone:
    provider: local
    name: example.com
    state: absent
    allow: [data_loss]
"""

RETURN = r"""
zone:
  description:
    - The zone. Null when it is gone.
    - In check mode, what is not known beforehand is null.
  returned: always
  type: dict
  sample:
    id: z-4f21
    name: example.com
    kind: native
    primaries: null
    nameservers: [ns1.example.net]
    ttl: 3600
    private: null
    networks: []
    comment: For the examples
    serial: 7
    labels:
      team: web
    extra: {}
zones:
  description: The zone in a list, or nothing when it is gone.
  returned: always
  type: list
  elements: dict
plan:
  description: What was done, or in check mode would be, in sentences. Of the records in a zone file the first hundred are told.
  returned: always
  type: list
  elements: str
  sample: ["create zone example.com: ttl 3600"]
disrupts:
  description: The permissions that the plan needs, as O(allow) gives them.
  returned: always
  type: list
  elements: str
  sample: [data_loss]
imported:
  description: How many records a zone file has made or changed, a purge among them, and how many were right before.
  returned: when O(import_file) or O(import_text) was given
  type: dict
  contains:
    created:
      description: How many were made.
      type: int
    changed:
      description: How many were changed.
      type: int
    deleted:
      description: How many were deleted.
      type: int
    unchanged:
      description: How many were right before.
      type: int
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

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.zone import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
