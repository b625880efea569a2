# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin cloud_nodes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cloud_nodes
short_description: Nodes of any number of clouds as inventory hosts
version_added: 0.1.0
description:
  - Makes a host of every node of the clouds that an inventory file names, with variables and groups that are spelled
    the same for every provider.
  - All clouds are asked at the same time.
  - The name of the inventory file ends in C(.anycloud.yml), C(.anycloud.yaml), C(cloud_nodes.yml) or C(cloud_nodes.yaml),
    or it is any other YAML file whose key O(plugin) is V(anycloud.core.cloud_nodes).
    It is another file than C(anycloud.yml), which holds the clouds and their credentials.
  - Text that comes from a cloud, such as a label, is never used as a template.
author:
  - The anycloud.core authors (@anycloud)
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices:
      - anycloud.core.cloud_nodes
  clouds:
    description:
      - Named clouds of C(anycloud.yml). The single name V(*) stands for all of them.
      - Of several clouds, those that can have no nodes, such as one for DNS only, are passed over.
      - Without O(clouds) and O(sources) it is the default cloud.
    type: list
    elements: str
  sources:
    description:
      - Clouds with settings of their own, besides O(clouds).
      - A source names a cloud of C(anycloud.yml) and changes some of its settings, or it has a O(sources[].provider) and
        needs no C(anycloud.yml).
      - Templates are worked out, so that secrets can come from lookups; they can be vaulted, too.
    type: list
    elements: dict
    suboptions:
      cloud:
        description: A named cloud. For a source with a O(sources[].provider), what messages and groups call it.
        type: str
      provider:
        description: The kind of cloud.
        type: str
      driver_path:
        description: A file with a driver from outside the collection.
        type: path
      region:
        description: The region to ask in.
        type: str
      regions:
        description: The regions to ask in, all at the same time. It replaces O(regions).
        type: list
        elements: str
      endpoint:
        description: Where the API of the cloud is.
        type: str
      auth:
        description: The credentials, with the same keys as in the option O(anycloud.core.cloud_node#module:auth) of the modules.
        type: dict
      options:
        description: The provider's own settings of a connection.
        type: dict
      validate_certs:
        description: Whether to check TLS certificates.
        type: bool
        default: true
      ca_path:
        description: A file with the certificate authorities to trust.
        type: path
      api_timeout:
        description: Seconds to wait for an answer of the API.
        type: float
        default: 30
      api_retries:
        description: How often to try a request again.
        type: int
        default: 4
      api_rate:
        description: The most requests in a second.
        type: float
      filters:
        description: Which nodes to ask for. It replaces O(filters).
        type: dict
      connect_with:
        description: Where Ansible connects to. It replaces O(connect_with).
        type: list
        elements: str
      ansible_user:
        description: The user to log in as. It replaces O(ansible_user).
        type: str
      jump_host:
        description: The host to go through. It replaces O(jump_host).
        type: str
  cloud_config:
    description:
      - The file with the named clouds, relative to the inventory file.
      - Without it, the file is looked for as the modules do.
    type: path
  api_deadline:
    description: Seconds after which sources that have not answered count as failed.
    type: float
  regions:
    description: The regions of every cloud to ask in, instead of the one that it is set up with.
    type: list
    elements: str
  filters:
    description:
      - Which nodes to ask for. The filtering is done by the cloud where it can, so that it sends less.
      - See O(include) and O(exclude) for conditions about everything else.
    type: dict
    suboptions:
      ids:
        description: Nodes with one of these ids.
        type: list
        elements: str
      names:
        description: Nodes with one of these names.
        type: list
        elements: str
      prefix:
        description: Nodes whose name begins with this.
        type: str
      labels:
        description: Nodes that have all of these labels.
        type: dict
  states:
    description:
      - Nodes in one of these states.
      - Without it, all nodes but those that are deleted or about to be.
    type: list
    elements: str
    choices: [running, starting, rebooting, stopping, stopped, suspended, paused, deleting, terminated, error, unknown]
  include:
    description:
      - Conditions; a node that none of them holds for is left out.
      - They see the variables of the host without prefix, for example C(name) and C(labels.role).
      - A condition that cannot be worked out for a node, because it has no such label, does not hold for it.
    type: list
    elements: str
  exclude:
    description: Conditions; a node that any of them holds for is left out.
    type: list
    elements: str
  hostnames:
    description:
      - What hosts are called; the first that gives a name counts. A node that none gives a name is called by its id.
      - Each is an expression (C(name), C(labels.fqdn), C(public_ips.0)) or a template (C({{ name }}.example.org)).
      - Characters that cannot be part of a host name become underscores.
    type: list
    elements: str
    default:
      - name
  on_duplicate:
    description:
      - What to do when nodes have the same host name.
      - V(suffix) adds the name of the cloud to all of them, or their id where that does not tell them apart.
      - V(warn) keeps the first and warns, V(fail) fails.
    type: str
    choices: [suffix, warn, fail]
    default: suffix
  on_source_error:
    description:
      - What to do when a cloud does not answer.
      - V(fail) gives no hosts at all. Ansible goes on with other inventory sources unless C(any_unparsed_is_failed)
        is set in C(ansible.cfg).
      - V(warn) leaves the nodes of that cloud out.
      - V(use_cache) takes what it answered last, however old that is, and fails when there is none. It needs O(cache=true).
    type: str
    choices: [fail, warn, use_cache]
    default: fail
  connect_with:
    description:
      - Where Ansible connects to; the first that a node has becomes C(ansible_host).
      - V(public) and V(private) are IPv4 addresses, V(ipv6) is a public or else a private IPv6 address,
        V(name) is the name of the node.
    type: list
    elements: str
    choices: [public, private, ipv6, name]
    default: [public, ipv6, private]
  ansible_user:
    description:
      - The user to log in as.
      - Without it, the one that the image means for it, if O(user_from_image) is set.
    type: str
  user_from_image:
    description: Looks up which user the image of each node means for the first login. That takes another request for each source.
    type: bool
    default: true
  jump_host:
    description:
      - The host to go through, for example C(ops@bastion.example.org:2222); several are separated by commas.
      - It becomes part of C(ansible_ssh_common_args).
    type: str
  known_hosts:
    description:
      - A file, relative to the inventory file, to which the SSH host keys are written that a cloud tells of its nodes.
        C(ansible_ssh_common_args) makes ssh look there, so that it knows whom it talks to the first time, too.
      - The file is replaced as a whole; no two inventory files should have the same.
      - Nodes whose keys the cloud does not tell are not affected.
    type: path
  hostvars_prefix:
    description: What the names of the variables of a host begin with.
    type: str
    default: cloud_
  raw:
    description: Adds C(cloud_extra), what only the provider of the node tells about it.
    type: bool
    default: false
  group_by:
    description:
      - Makes a group of all nodes that have the same, for example C(cloud_prod_eu), C(location_fsn1), C(state_running)
        and C(label_role_web).
    type: list
    elements: str
    choices: [cloud, provider, region, location, state, size, image, labels]
    default: [cloud, location, state, labels]
"""

EXAMPLES = r"""
# nodes.anycloud.yml: all nodes of the default cloud
plugin: anycloud.core.cloud_nodes

---
# Running nodes of two named clouds, grouped by role; for ten minutes no cloud is asked again
plugin: anycloud.core.cloud_nodes
clouds:
  - prod-eu
  - lab
states:
  - running
keyed_groups:
  - key: labels.role
    prefix: role
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible/inventory
cache_timeout: 600
on_source_error: use_cache

---
# One account in two regions through a bastion, another directly
plugin: anycloud.core.cloud_nodes
sources:
  - cloud: prod-eu
    regions:
      - eu-west-1
      - eu-west-2
    filters:
      labels:
        env: production
    connect_with:
      - private
    jump_host: ops@bastion.example.org
  - provider: local
    cloud: laptop
hostnames:
  - labels.fqdn
  - "{{ name }}.{{ cloud }}.example.org"

---
# Everything that constructed inventories have
plugin: anycloud.core.cloud_nodes
clouds:
  - lab
exclude:
  - labels.ansible == 'no'
compose:
  rack: labels.rack | default('none')
  big: size in ['large', 'xlarge']
groups:
  webservers: labels.role == 'web'
keyed_groups:
  - key: location
    parent_group: places
  - key: labels
    prefix: tag
    default_value: "yes"
"""

from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_run import InventoryRun, is_ours


class InventoryModule(BaseInventoryPlugin, Cacheable):
    """Hosts from clouds."""

    NAME = "anycloud.core.cloud_nodes"

    def verify_file(self, path):
        return super().verify_file(path) and is_ours(path, self.NAME)

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path)
        self._read_config_data(path)
        InventoryRun(self, loader, path, use_extra_vars=self._vars).fill(inventory, read_cache=cache)

    def update_cache_if_changed(self):
        """Entries of the cache are written one by one, when they are found."""
