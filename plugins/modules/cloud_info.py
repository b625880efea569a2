#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_info
short_description: What clouds have
version_added: 0.1.0
description:
  - Lists nodes, sizes with their prices, images, locations, keys, volumes, snapshots, buckets, load balancers, DNS zones and
    their records, and what a cloud is capable of, spelled the same for every provider.
  - It asks one cloud, or with O(clouds) and O(sources) any number of them at the same time.
  - It never changes anything.
options:
  gather:
    description:
      - What to list. Each becomes a key of the result, V(keys) becomes RV(key_pairs).
      - The default is V(nodes), or V(sizes) when there is a O(need).
      - Of several clouds, those that do not have the service are passed over, as long as one has it.
    type: list
    elements: str
    choices: [nodes, sizes, images, locations, keys, volumes, snapshots, buckets, balancers, zones, records, capabilities]
  ids:
    description: Only what has one of these ids.
    type: list
    elements: str
  names:
    description: Only what has one of these names. Those of records are meant in their zone, V(@) is the zone itself.
    type: list
    elements: str
  labels:
    description: Only what has all of these labels. It does not count for sizes, images, locations and records, which have none.
    type: dict
  zones:
    description: The zones whose records to list. Without it, those of all zones.
    type: list
    elements: str
  need:
    description:
      - Only sizes that have at least this much, and only where they can be had in such a place.
      - What a provider does not tell counts as not enough, and as not such a place.
      - When nothing fits, the list is empty and a warning says what comes nearest.
    type: dict
    suboptions:
      cpus:
        description: The number of cpus.
        type: float
      ram:
        description: The memory, for example V(4 GB); a number alone counts megabytes.
        type: str
      disk:
        description: The disk, for example V(40 GB); a number alone counts gigabytes.
        type: str
      country:
        description: Two-letter codes of the countries that will do, for example V([DE, FI]).
        type: list
        elements: str
      not_country:
        description: Two-letter codes of the countries that will not do.
        type: list
        elements: str
      location:
        description: Ids, names or regions of the locations that will do.
        type: list
        elements: str
      cheapest:
        description: Sorts by price, which is what happens anyway unless O(sort) says otherwise.
        type: bool
        default: false
  sort:
    description:
      - The order of each list, over all clouds. What is not known comes last.
      - The default is V(price) with a O(need), and otherwise the order in which the clouds tell it.
      - Prices in several currencies are compared as numbers, with a warning.
    type: str
    choices: [name, price, created, cpus, ram, disk]
  limit:
    description: At most so many of each.
    type: int
  on_error:
    description:
      - What to do when a cloud fails. V(stop) makes the task fail, after the others have answered.
      - V(continue) leaves out what it did not tell, with a warning.
      - Either way RV(errors) has all that went wrong.
    type: str
    choices: [stop, continue]
    default: stop
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.clouds
  - anycloud.core.many
  - anycloud.core.attributes
seealso:
  - plugin: anycloud.core.cloud_nodes
    plugin_type: inventory
author:
  - The anycloud.core authors (@anycloud)
"""

EXAMPLES = r"""
- name: All nodes of the default cloud
  anycloud.core.cloud_info:
  register: mine

- name: Running costs of the web servers of two clouds
  anycloud.core.cloud_info:
    clouds: [prod-eu, lab]
    gather: [nodes]
    labels:
      role: web
    sort: price

- name: The cheapest node with 4 GB outside the US on any of my clouds
  anycloud.core.cloud_info:
    clouds: ['*']
    need:
      ram: 4 GB
      not_country: [US]
    limit: 1
  register: cheapest
  failed_when: cheapest.sizes | length == 0

- name: The newest images of a family
  anycloud.core.cloud_info:
    gather: [images]
    sort: created

- name: Everything that is in a cloud
  anycloud.core.cloud_info:
    gather: [nodes, keys, volumes, snapshots, buckets, balancers, zones, records]

- name: What my clouds are capable of, even if one of them does not answer
  anycloud.core.cloud_info:
    clouds: [prod-eu, lab]
    gather: [capabilities]
    on_error: continue
"""

RETURN = r"""
clouds:
  description: The names of the clouds that were asked.
  returned: always
  type: list
  elements: str
nodes:
  description:
    - The nodes. Like everything that is listed, each also has C(cloud), C(provider) and C(region), which say where it is.
    - The keys of a node are those of RV(anycloud.core.cloud_node#module:node).
  returned: when it was gathered
  type: list
  elements: dict
sizes:
  description:
    - The sizes, with C(id), C(name), C(cpus), C(ram_mb), C(disk_gb), C(bandwidth), C(price_hourly), C(currency) and C(extra).
    - C(locations) has the ids of the locations where it can be had, of those that a O(need) allows. It is null where it can be had everywhere.
    - C(price_hourly) is null where the provider does not tell it.
  returned: when it was gathered
  type: list
  elements: dict
  sample:
    - cloud: lab
      provider: local
      region: null
      id: medium
      name: medium
      cpus: 2
      ram_mb: 4096
      disk_gb: 40
      price_hourly: 0.013
      currency: EUR
      locations: [berlin, helsinki]
images:
  description: The images, with C(id), C(name), C(family), C(version), C(architecture), C(user), C(created), C(state) and C(extra).
  returned: when it was gathered
  type: list
  elements: dict
locations:
  description: The locations, with C(id), C(name), C(country), C(region) and C(extra).
  returned: when it was gathered
  type: list
  elements: dict
key_pairs:
  description: The keys, with C(id), C(name), C(public_key), C(fingerprint), C(labels) and C(extra).
  returned: when it was gathered
  type: list
  elements: dict
volumes:
  description: The volumes.
  returned: when it was gathered
  type: list
  elements: dict
snapshots:
  description: The snapshots of volumes.
  returned: when it was gathered
  type: list
  elements: dict
buckets:
  description: The buckets. Settings that a listing does not tell are null, unless O(names) names the bucket.
  returned: when it was gathered
  type: list
  elements: dict
balancers:
  description: The load balancers with their listeners and members.
  returned: when it was gathered
  type: list
  elements: dict
zones:
  description: The DNS zones.
  returned: when it was gathered
  type: list
  elements: dict
records:
  description: The record sets. C(zone) says whose they are; C(name) is the full name.
  returned: when it was gathered
  type: list
  elements: dict
capabilities:
  description:
    - For each cloud C(services), and for each of them C(verbs) and what it can, for example C(fields) with how each can change.
  returned: when it was gathered
  type: list
  elements: dict
errors:
  description: What went wrong, in the keys C(cloud), C(gather) (null when the cloud could not be opened), C(msg) and C(failure).
  returned: always
  type: list
  elements: dict
api:
  description: What it took, in the keys C(calls), C(retries) and C(throttled_seconds).
  returned: always
  type: dict
failure:
  description: What went wrong first, in the keys C(kind), C(provider_code), C(request_id) and C(retryable).
  returned: when it failed
  type: dict
"""

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.info import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
