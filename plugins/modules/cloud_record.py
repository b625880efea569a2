#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_record
short_description: DNS records of any cloud
version_added: 0.1.0
description:
  - Makes the records of a DNS zone be as you say, one of them, several, or all that the zone has.
  - A record is the set of all values that one name has of one type. What you leave out of it stays as it is.
  - However many records a task names, the zone is read once, and changed in as few requests as the provider allows,
    at once where it can.
author:
  - The anycloud.core authors (@anycloud-core)
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.change
  - anycloud.core.wait
  - anycloud.core.attributes
options:
  zone:
    description:
      - The name of the zone, or its id. Where several zones have that name, such as a public and a private one, it must be the id.
      - In check mode a zone that does not exist yet is taken for one that an earlier task would make.
    type: str
    required: true
  name:
    description:
      - The name of the record. V(www) is in the zone, V(@) is the zone itself, and so is its full name.
      - V(*) in front stands for all names that have no record of their own. Letters of any language are fine.
      - In a zone of addresses, such as C(2.0.192.in-addr.arpa), an address stands for its name.
    type: str
  type:
    description:
      - The type of the record, V(A), V(AAAA), V(CNAME), V(MX), V(TXT), V(SRV), V(CAA), V(NS) and so on, as far as the provider has it.
      - Needed unless O(target) is given, which finds out for itself.
    type: str
  value:
    description:
      - All values of the record, a list or one alone. What is not in it is taken away, unless O(purge_values=false).
      - Host names in it are full names, with or without a dot at their end. One of a single word is in the zone, and V(@) is the zone itself.
      - C(10 mail.example.com) is an MX, C(0 5 443 www.example.com) an SRV, C(0 issue "letsencrypt.org") a CAA.
      - A TXT value is the text itself, however long. One that begins and ends with C(") is read as in a zone file.
      - Two spellings of the same value are equal. Their order does not count.
      - With O(state=absent) only these values are taken away, and the record with the last of them.
    type: raw
  ttl:
    description:
      - How many seconds others may remember the record. A new one without it gets the provider's own time.
    type: int
  target:
    description:
      - What the name is to point to, an address, a host name with its domain, or the name of a balancer in the same cloud.
      - An address becomes an A or AAAA record. A host name becomes a CNAME, or an alias where it must be and the provider has it.
        A balancer becomes whichever fits its address.
      - A CNAME or ALIAS of that name makes way for an address, and its A and AAAA records make way for a CNAME or ALIAS.
        With O(state=absent) all four are deleted.
      - In check mode a balancer that an earlier task would make counts as there. The address of one that is registered from such
        a task is not known in check mode, so name the balancer here rather than its address in O(value).
    type: str
  alias:
    description:
      - Makes the record stand for another resource of the provider, where the provider has that.
        It takes the place of O(value) and O(ttl).
    type: dict
    suboptions:
      target:
        description: The host name of the resource.
        type: str
        required: true
      zone:
        description: The provider's id of the zone that the resource lives in, where it cannot know by itself.
        type: str
      evaluate_health:
        description: Whether the record is left out of answers while the resource is not healthy.
        type: bool
  set_id:
    description:
      - Which of several routed records of one name and type is meant, where the provider routes.
    type: str
  routing:
    description:
      - How the provider chooses among the routed records of one name and type, for example C(weight). Needs O(set_id).
    type: dict
  comment:
    description:
      - A remark that the provider keeps with the record, where it can.
    type: str
  purge_values:
    description:
      - Whether values that are not in O(value) are taken away. With V(false) they stay.
    type: bool
    default: true
  state:
    description:
      - V(present) makes sure that the record is as described, V(absent) that it is gone.
    type: str
    choices: [present, absent]
    default: present
  records:
    description:
      - Several records at once, instead of O(name). They come and go together where the provider can do that.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the record, as in O(name).
        type: str
        required: true
      type:
        description:
          - The type of the record, V(A), V(AAAA), V(CNAME), V(MX), V(TXT), V(SRV), V(CAA), V(NS) and so on, as far as the provider has it.
          - Needed unless O(records[].target) is given, which finds out for itself.
        type: str
      value:
        description:
          - All values of the record, a list or one alone. What is not in it is taken away, unless O(records[].purge_values=false).
          - Host names in it are full names, with or without a dot at their end. One of a single word is in the zone, and V(@) is the zone itself.
          - C(10 mail.example.com) is an MX, C(0 5 443 www.example.com) an SRV, C(0 issue "letsencrypt.org") a CAA.
          - A TXT value is the text itself, however long. One that begins and ends with C(") is read as in a zone file.
          - Two spellings of the same value are equal. Their order does not count.
          - With O(records[].state=absent) only these values are taken away, and the record with the last of them.
        type: raw
      ttl:
        description:
          - How many seconds others may remember the record. A new one without it gets the provider's own time.
        type: int
      target:
        description:
          - What the name is to point to, an address, a host name with its domain, or the name of a balancer in the same cloud.
          - An address becomes an A or AAAA record. A host name becomes a CNAME, or an alias where it must be and the provider has it.
            A balancer becomes whichever fits its address.
          - A CNAME or ALIAS of that name makes way for an address, and its A and AAAA records make way for a CNAME or ALIAS.
            With O(records[].state=absent) all four are deleted.
        type: str
      alias:
        description:
          - Makes the record stand for another resource of the provider, where the provider has that.
            It takes the place of O(records[].value) and O(records[].ttl).
        type: dict
        suboptions:
          target:
            description: The host name of the resource.
            type: str
            required: true
          zone:
            description: The provider's id of the zone that the resource lives in, where it cannot know by itself.
            type: str
          evaluate_health:
            description: Whether the record is left out of answers while the resource is not healthy.
            type: bool
      set_id:
        description:
          - Which of several routed records of one name and type is meant, where the provider routes.
        type: str
      routing:
        description:
          - How the provider chooses among the routed records of one name and type, for example C(weight). Needs O(records[].set_id).
        type: dict
      comment:
        description:
          - A remark that the provider keeps with the record, where it can.
        type: str
      purge_values:
        description:
          - Whether values that are not in O(records[].value) are taken away. With V(false) they stay.
        type: bool
        default: true
      state:
        description:
          - V(present) makes sure that the record is as described, V(absent) that it is gone.
        type: str
        choices: [present, absent]
        default: present
      extra:
        description:
          - Settings of the record that only its provider knows. A key that the provider does not know is refused.
        type: dict
  purge:
    description:
      - Whether all records of the zone that are not in O(records) are deleted.
      - The SOA and NS records of the zone's own name always stay, and so do the keys and signatures of DNSSEC,
        and what the provider does not tell all of.
      - Where nothing at all would be left, V(data_loss) in O(allow) is needed.
    type: bool
    default: false
  ignore:
    description:
      - What O(purge) leaves alone, as patterns of names, V(_acme-challenge*), or of names and types, V(* CAA).
      - A name counts in the zone (V(www)) and in full (V(www.example.com)). C(*) stands for any characters.
    type: list
    elements: str
seealso:
  - module: anycloud.core.cloud_zone
notes:
  - Names and values are compared by what they mean. Upper case, dots at the end of names, other spellings of an IPv6 address,
    quotes around a text and white space between the parts of a value never make a change.
"""

EXAMPLES = r"""
- name: Have a zone for the examples
  anycloud.core.cloud_zone:
    provider: local
    name: example.com

- name: Point a name to two addresses
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    name: www
    type: A
    value: [192.0.2.10, 192.0.2.11]
    ttl: 300

- name: Add one address and leave the others alone
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    name: www
    type: A
    value: 192.0.2.12
    purge_values: false

- name: Take one value away
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    name: www
    type: A
    value: 192.0.2.12
    state: absent

- name: Point the zone itself to an address, of whichever family
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    name: "@"
    target: "2001:db8::10"

- name: Several records, all at once
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    records:
      - name: "@"
        type: MX
        value:
          - 10 mail.example.com
          - 20 mail.example.net
      - name: mail
        type: A
        value: 192.0.2.20
      - name: "@"
        type: TXT
        value: v=spf1 mx -all
      - name: _sip._tcp
        type: SRV
        value: 0 5 5060 mail.example.com
      - name: docs
        target: pages.example.net

- name: Say all that the zone has, and delete the rest
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    purge: true
    ignore:
      - _acme-challenge*
      - "* CAA"
    records:
      - name: www
        type: A
        value: 192.0.2.10
      - name: mail
        type: A
        value: 192.0.2.20

- name: Delete a record
  anycloud.core.cloud_record:
    provider: local
    zone: example.com
    name: www
    type: A
    state: absent
"""

RETURN = r"""
record:
  description:
    - The record, when one was named. Null when it is gone.
    - In check mode, what is not known beforehand is null.
  returned: when O(name) was given
  type: dict
  sample:
    zone: example.com
    name: www.example.com
    type: A
    value: [192.0.2.10, 192.0.2.11]
    ttl: 300
    alias: null
    set_id: null
    routing: null
    comment: null
    id: null
    complete: true
    extra: {}
records:
  description: The records that were named, without those that are gone. Names and host names are in ASCII, in lower case and without a last dot.
  returned: always
  type: list
  elements: dict
plan:
  description: What was done, or in check mode would be, in sentences. Of many the first hundred are told.
  returned: always
  type: list
  elements: str
  sample: ["change record www.example.com A: ttl 300 -> 600"]
disrupts:
  description: The permissions that the plan needs, as O(allow) gives them.
  returned: always
  type: list
  elements: str
  sample: []
outcomes:
  description: What came of each record, those among them that a purge deletes.
  returned: when O(records) was given, or a target needs several records
  type: list
  elements: dict
  contains:
    name:
      description: The name and the type of the record.
      type: str
    changed:
      description: Whether it was changed.
      type: bool
    plan:
      description: The plan for this record.
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

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
