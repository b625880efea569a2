#!/usr/bin/python
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_object
short_description: Objects in buckets of any cloud, one or a whole tree, up and down
version_added: 0.1.0
description:
  - Makes an object be what a file, a text or another object is, or a file what an object is. A folder is kept like a prefix,
    or a prefix like a folder, in the same way.
  - What is the same on both sides already is left alone. A checksum tells where the provider has one, which is hardly ever
    missing. Where it is missing, an equal size and a target that is not older than the source count as the same.
  - Large objects go up in parts, several at once. When a run is interrupted the next one goes on where it stopped, up and down.
  - Nothing is ever held in memory as a whole, so files may be larger than that, and folders may have millions of files.
  - Files are on the host that runs the task, like with C(remote_src) of M(ansible.builtin.copy). Without
    C(delegate_to) and on other hosts than C(localhost) that is the managed host and not the controller.
author:
  - The anycloud.core authors (@anycloud-core)
extends_documentation_fragment:
  - anycloud.core.cloud
  - anycloud.core.wait
  - anycloud.core.many
  - anycloud.core.attributes
options:
  bucket:
    description:
      - The bucket. M(anycloud.core.cloud_bucket) makes one.
    type: str
    required: true
  name:
    description:
      - The name of one object, such as V(photos/2026/cat.jpg).
      - Left out, the task is about all objects below O(prefix), or with a file as O(src) about one that is called like it.
    type: str
  prefix:
    description:
      - The beginning that the names of the objects of a tree have in common. It is like a folder, so V(photos) and V(photos/) mean the same.
      - Left out, a tree is the whole bucket.
    type: str
  state:
    description:
      - V(present) brings the object, or the file, into being. Where neither is said what to make it of, the object has to
        exist and gets the O(metadata), O(content_type) and O(cache_control) that are given.
      - V(absent) deletes the object called O(name), or all objects below O(prefix) that O(include) and O(exclude) mean.
    type: str
    choices: [present, absent]
    default: present
  src:
    description:
      - The file to upload, or the folder whose files are to be uploaded below O(prefix).
      - Links to files are followed. Links to folders and things that are no files are left out, with a warning. Empty folders have no place in a bucket.
      - It may be relative to the folder that the task runs in.
    type: path
  content:
    description:
      - The text that the object is to hold, encoded as UTF-8.
      - It never appears in the diff. Set C(no_log) on the task if it is secret.
    type: str
  content_base64:
    description:
      - What the object is to hold, in base64, for content that is no text.
    type: str
  copy_from:
    description:
      - Another object, or tree, of the same cloud to copy. The provider does it where it can, else it goes through this host.
    type: dict
    suboptions:
      bucket:
        description: The bucket to copy from. Left out, it is O(bucket).
        type: str
      name:
        description: The name of one object to copy.
        type: str
      prefix:
        description: The prefix of a tree to copy.
        type: str
  dest:
    description:
      - Where to put what is downloaded. With O(name) it is a file, or a folder if it is one already or ends with a slash. Else it is a folder.
      - Folders that are missing are made. A file is written beside its place, and put there when it is complete and its checksum
        is right. So there is always either the old file or the new one. Its mode stays what it was.
      - Nothing is written outside of it. A link inside of it that stands in the way, or an object with a name such as
        V(../x), makes the task fail before anything is changed.
    type: path
  metadata:
    description:
      - The user metadata of the object, all of it. V({}) removes what it has.
    type: dict
  content_type:
    description:
      - The media type of the object.
      - Left out, a new object gets one that fits the ending of its name, and one that exists keeps what it has.
    type: str
  cache_control:
    description:
      - How long browsers and proxies may keep the object, such as V(max-age=3600).
    type: str
  checksum:
    description:
      - What the content has to be, as the algorithm and its hexadecimal digits, such as V(sha256:2cf24d...).
        The algorithms are V(sha256), V(sha512), V(sha1) and V(md5).
      - Anything else makes the task fail and changes nothing. It is for one object.
    type: str
  include:
    description:
      - Patterns of the paths in a tree that the task is about. Left out, it is about all of them.
      - V(*.html) fits names at any depth, V(css/*.css) paths from the top, V(**/old/*) any number of folders, and V(tmp/) all below a folder.
    type: list
    elements: str
  exclude:
    description:
      - Patterns of the paths in a tree that the task leaves alone, on both sides, even if O(include) means them.
    type: list
    elements: str
  delete_extra:
    description:
      - Whether to delete what the target has and the source does not. With O(src) and O(copy_from) these are objects below O(prefix),
        with O(dest) files in that folder.
      - When the source is empty, that would be all, and needs V(data_loss) in O(allow).
    type: bool
    default: false
  presign:
    description:
      - Returns an address with which everyone who has it can use the object for a while, as RV(url).
      - If nothing else is asked for, the object need not exist.
    type: dict
    suboptions:
      method:
        description: What the address is for.
        type: str
        choices: [GET, PUT, DELETE]
        default: GET
      expires:
        description: For how many seconds, at most 604800, which are 7 days.
        type: int
        default: 3600
  allow:
    description:
      - What the task may do besides. V(data_loss) lets O(delete_extra) delete everything because the source is empty.
    type: list
    elements: str
    choices: [data_loss]
    default: []
notes:
  - Objects in a tree that end in a slash and are empty are what some tools show empty folders with. They are left alone, except with O(state=absent).
  - Where a provider has no checksum for an object, such as one that was uploaded in parts, the metadata C(anycloud-sha256) keeps one. Results do not show it.
seealso:
  - module: anycloud.core.cloud_bucket
"""

EXAMPLES = r"""
- name: A page
  anycloud.core.cloud_object:
    bucket: example-site
    name: index.html
    content: |
      <!doctype html>
      <title>Hello</title>
    cache_control: max-age=60

- name: A folder with all that is in it, and nothing besides
  anycloud.core.cloud_object:
    bucket: example-site
    prefix: v2
    src: ~/public
    exclude: ['*.bak', .git/]
    delete_extra: true

- name: Another caching for one of the objects
  anycloud.core.cloud_object:
    bucket: example-site
    name: v2/css/site.css
    cache_control: max-age=86400
    metadata:
      release: '2'

- name: A copy of all of it
  anycloud.core.cloud_object:
    bucket: example-site
    prefix: archive/v2
    copy_from:
      prefix: v2

- name: A file with what an object holds
  anycloud.core.cloud_object:
    bucket: example-site
    name: index.html
    dest: ~/downloads/start.html

- name: A folder with what is below a prefix
  anycloud.core.cloud_object:
    bucket: example-site
    prefix: archive
    dest: ~/downloads/archive

- name: An object is gone
  anycloud.core.cloud_object:
    bucket: example-site
    name: index.html
    state: absent

- name: All that is below a prefix is gone
  anycloud.core.cloud_object:
    bucket: example-site
    prefix: archive
    state: absent
"""

RETURN = r"""
object:
  description:
    - The object that the task is about, as it is afterwards. In check mode as it would be, V(null) where that is not known.
    - It is V(null) when there is none, and for a tree.
  returned: always
  type: dict
  sample:
    name: v2/css/site.css
    size: 18
    etag: 5c1f5a8a4f8b3b1f0c2f5f3fd9c1b1de
    checksums: {md5: 5c1f5a8a4f8b3b1f0c2f5f3fd9c1b1de}
    modified: '2026-11-20T17:00:00Z'
    metadata: {release: '2'}
    content_type: text/css
    cache_control: max-age=86400
    version: null
    extra: {}
objects:
  description:
    - The same in a list, which is empty when there is none.
    - For a tree, the C(name) below the prefix and the C(size) of the first hundred that come or change.
  returned: always
  type: list
  elements: dict
counts:
  description:
    - How many objects or files were (in check mode would be) C(uploaded), C(downloaded), C(copied), C(changed) and C(deleted), how many are C(unchanged),
      and the C(bytes) that were moved.
  returned: always
  type: dict
  sample: {uploaded: 1, downloaded: 0, copied: 0, changed: 0, deleted: 0, unchanged: 0, bytes: 18}
dest:
  description: The file that an object was downloaded to.
  returned: when one object is downloaded
  type: str
  sample: /home/me/downloads/start.html
url:
  description: The address that O(presign) asked for.
  returned: when O(presign) is given
  type: str
outcomes:
  description: What failed in a tree, the first hundred. Each has C(name) and C(failure), which has C(msg) besides.
  returned: always
  type: list
  elements: dict
  sample: []
plan:
  description: What was done, or in check mode would be done, a hundred sentences at most and then how many more there are.
  returned: always
  type: list
  elements: str
  sample:
    - upload object example-site/v2/css/site.css (18 bytes)
disrupts:
  description: The permissions that the plan needs, of those that O(allow) can give.
  returned: always
  type: list
  elements: str
  sample: []
diff:
  description: Size, checksum and fields before and after, never a content. It is the same in check mode.
  returned: always
  type: dict
api:
  description: What it took, in the keys C(calls), C(retries) and C(throttled_seconds).
  returned: always
  type: dict
failure:
  description: >-
    What went wrong, in the keys C(kind) (such as V(auth), V(conflict), V(not_found), V(invalid)),
    C(provider_code), C(request_id) and C(retryable).
  returned: when it failed
  type: dict
"""

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.object import TASK
from ansible_collections.anycloud.core.plugins.module_utils._task import run_module


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
