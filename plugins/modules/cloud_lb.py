#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_lb
short_description: Load balancers of any cloud
version_added: 0.1.0
description:
  - Describes a whole load balancer in one task, its listeners, its members, its health check.
  - Listeners and members that are not mentioned are left alone, unless O(purge_listeners) or O(purge_members) is V(true).
  - What is new is added first and what goes is removed last, so that traffic always finds an open port.
options:
  name:
    description: The name of the load balancer. One of O(name) and O(id) is needed.
    type: str
  id:
    description: The id of a load balancer that exists. With O(name) as well, it is renamed.
    type: str
  state:
    description: V(present) makes sure that the load balancer is there and as described, V(absent) that it is gone.
    type: str
    choices: [present, absent]
    default: present
  listeners:
    description: The ports that it listens on. A listener is known by its O(listeners[].port).
    type: list
    elements: dict
    suboptions:
      port:
        description: The port that clients connect to.
        type: int
        required: true
      protocol:
        description: What is spoken there. A new listener speaks V(tcp) unless told otherwise.
        type: str
        choices: [tcp, udp, tls, http, https]
      target_port:
        description: The port of the members, for members that name none. A new listener takes O(listeners[].port).
        type: int
      target_protocol:
        description: What is spoken to the members, if it is something else.
        type: str
        choices: [tcp, udp, tls, http, https]
      certificate:
        description: The provider's name or id of the certificate that V(tls) and V(https) show.
        type: str
  purge_listeners:
    description: Whether to remove listeners that are not in O(listeners).
    type: bool
    default: false
  members:
    description:
      - Where traffic goes. Each is the name of a node, such as V(web-1) or V(web-1:8080), or an IP address, such as V(192.0.2.7),
        V(192.0.2.7:8080) or V([2001:db8::7]:8080).
      - Or a dictionary with C(node) or C(address) (which may be a host name then), C(port) and C(weight).
      - A name that no node has is an error. In check mode it is a warning, since an earlier task may make the node.
    type: list
    elements: raw
  purge_members:
    description: Whether to remove members that are not in O(members).
    type: bool
    default: false
  algorithm:
    description: How members are chosen, such as V(round_robin), V(least_connections) or V(source_ip), as the provider offers.
    type: str
  health_check:
    description: How to find out which members work. What is left out stays as it is.
    type: dict
    suboptions:
      protocol:
        description: What is spoken to the member.
        type: str
        choices: [tcp, http, https]
      port:
        description: The port that is checked, if it is not the one that gets the traffic.
        type: int
      path:
        description: The path that V(http) and V(https) ask for.
        type: str
      interval:
        description: Seconds between two checks.
        type: int
      timeout:
        description: Seconds after which a check has failed.
        type: int
      rise:
        description: How many checks in a row must succeed before a member gets traffic again.
        type: int
      fall:
        description: How many checks in a row must fail before a member gets no more traffic.
        type: int
  stickiness:
    description: Whether, and how, a client stays with one member.
    type: dict
    suboptions:
      type:
        description: What a client is known by. V(none) lets every connection go anywhere.
        type: str
        choices: [none, source_ip, cookie]
        required: true
      cookie:
        description: The name of the cookie.
        type: str
      duration:
        description: For how many seconds.
        type: int
  location:
    description: Where the load balancer is, by id or name.
    type: str
  networks:
    description: The networks that it is in, by the provider's names or ids.
    type: list
    elements: str
  size:
    description: The provider's id of how large it is.
    type: str
  labels:
    description: Labels of the load balancer. Others that it has are left alone, unless O(purge_labels) is V(true).
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
  - module: anycloud.core.cloud_node
  - module: anycloud.core.cloud_record
author:
  - The anycloud.core authors (@anycloud)
"""

EXAMPLES = r"""
- name: A load balancer before two addresses
  anycloud.core.cloud_lb:
    name: web
    listeners:
      - port: 8080
    members:
      - 127.0.0.1:9001
      - 127.0.0.1:9002

- name: The same, with one member gone and dead members noticed sooner
  anycloud.core.cloud_lb:
    name: web
    members:
      - 127.0.0.1:9001
    purge_members: true
    health_check:
      protocol: tcp
      interval: 2
      fall: 2

- name: No such load balancer any more
  anycloud.core.cloud_lb:
    name: web
    state: absent
"""

RETURN = r"""
balancer:
  description:
    - The load balancer, as it is afterwards; in check mode as it would be.
    - >-
      It has C(id), C(name), C(state), C(address) (an IP address or a host name), C(addresses), C(location), C(algorithm),
      C(listeners), C(members), C(health_check), C(stickiness), C(networks), C(size), C(labels), C(created) and C(extra).
  returned: when there is one
  type: dict
balancers:
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

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.balancer import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
