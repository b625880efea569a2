# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cloud, and how to reach it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - The name of a cloud in C(anycloud.yml).
      - What the task says itself wins over what the named cloud says. A O(provider) that is not that of the named cloud is refused.
      - Without O(cloud) and O(provider), the environment variable E(ANYCLOUD_CLOUD) and then the key C(default) of C(anycloud.yml) name it.
      - Where no cloud is configured at all, neither in a file nor in the environment, the V(local) cloud of this computer is used, with a warning.
    type: str
  provider:
    description:
      - The kind of cloud.
      - Providers of the collection, such as V(local) and V(powerdns), and those of installed packages with an entry point in C(anycloud.drivers).
      - E(ANYCLOUD_PROVIDER) is used where neither the task nor a named cloud says it.
    type: str
  driver_path:
    description:
      - Path of a Python file that defines a provider, on the host that runs the task.
      - The file defines C(PROVIDER) and imports nothing of the collection but its C(sdk).
    type: path
  region:
    description:
      - The region to work in, where the provider has several.
      - E(ANYCLOUD_REGION), and then the variables of the vendor's own tools, are used where nothing else says it.
    type: str
  endpoint:
    description:
      - Where the cloud answers. Needed only for clouds that are not in one known place.
      - E(ANYCLOUD_ENDPOINT), and then the variables of the vendor's own tools, are used where nothing else says it.
    type: str
  auth:
    description:
      - The credentials. Which of them count depends on the provider; one that it does not read is refused.
      - Combined key by key with those of the named cloud.
      - What is still missing is read from the variables that the vendor's own tools read, on the host that runs the task.
    type: dict
    suboptions:
      access_key:
        description:
          - The identifier of an access key, as the S3-compatible and the EC2-compatible clouds know it.
        type: str
      account:
        description:
          - The account, where one login can reach several.
        type: str
      api_key:
        description:
          - The key of the API.
        type: str
      certificate_file:
        description:
          - Path of the client's X.509 certificate, in PEM form, on the host that runs the task.
        type: path
      certificate_key:
        description:
          - The private key of the client's certificate, in PEM form.
        type: str
      certificate_key_file:
        description:
          - Path of the private key of the client's certificate, on the host that runs the task.
        type: path
      client_id:
        description:
          - The identifier of an OAuth2 client or a service principal.
        type: str
      client_secret:
        description:
          - The secret of the OAuth2 client or the service principal.
        type: str
      consumer_key:
        description:
          - The key of the consumer, where an API distinguishes it from that of the application.
        type: str
      credential_id:
        description:
          - The identifier of an application credential.
        type: str
      credential_secret:
        description:
          - The secret of the application credential.
        type: str
      domain:
        description:
          - The domain that the user and the project are in.
        type: str
      email:
        description:
          - The e-mail address that an account is known by.
        type: str
      external_id:
        description:
          - The external identifier that a role asks for.
        type: str
      key:
        description:
          - A private key as text, such as that of a service account.
        type: str
      key_file:
        description:
          - Path of a private key, or of the file of a service account, on the host that runs the task.
        type: path
      key_id:
        description:
          - The identifier of the private key.
        type: str
      key_passphrase:
        description:
          - The passphrase of the private key.
        type: str
      password:
        description:
          - The password.
        type: str
      profile:
        description:
          - The name of a profile in the configuration files of the vendor's own tools.
        type: str
      project:
        description:
          - The name of the project or tenant.
        type: str
      project_domain:
        description:
          - The domain that the project is in, when it is another than the user's.
        type: str
      project_id:
        description:
          - The identifier of the project or tenant.
        type: str
      role_arn:
        description:
          - The role to take on.
        type: str
      secret_key:
        description:
          - The secret that belongs to O(auth.access_key).
        type: str
      session_token:
        description:
          - The token that belongs to temporary credentials.
        type: str
      subscription_id:
        description:
          - The identifier of the subscription.
        type: str
      tenant_id:
        description:
          - The identifier of the directory that the client is in.
        type: str
      token:
        description:
          - A token that is sent as it is.
        type: str
      tsig_algorithm:
        description:
          - The algorithm of the TSIG key, such as V(hmac-sha256).
        type: str
      tsig_name:
        description:
          - The name of the TSIG key that signs DNS updates.
        type: str
      tsig_secret:
        description:
          - The TSIG key itself, in base64.
        type: str
      user_domain:
        description:
          - The domain that the user is in, when it is another than the project's.
        type: str
      username:
        description:
          - The name of the user.
        type: str
  options:
    description:
      - Settings of the connection that only this provider knows.
      - Combined key by key with those of the named cloud.
    type: dict
  validate_certs:
    description:
      - Whether the certificates of TLS servers are verified.
    type: bool
    default: true
  ca_path:
    description:
      - Path of a file with the certificates of authorities to trust, on the host that runs the task.
    type: path
  api_timeout:
    description:
      - Seconds to wait for one answer of the API.
    type: float
    default: 30
  api_retries:
    description:
      - How often a call is tried again that failed in a way that passes. Only calls that can be repeated without harm are.
    type: int
    default: 4
  api_rate:
    description:
      - At most so many calls in a second. Without it only the provider's own answers slow a task down.
    type: float
  cloud_config:
    description:
      - Path of the file that names clouds, on the controller, relative to the playbook.
      - Without it, the first that exists of the file that E(ANYCLOUD_CONFIG) names, C(./anycloud.yml),
        C(~/.config/anycloud/clouds.yml), C(/etc/anycloud/clouds.yml).
      - C(./anycloud.yml) is ignored where everybody can write to it or to its folder.
    type: path
  api_deadline:
    description:
      - Seconds after which the task gives up, whatever it waits for.
      - Where the task has the keyword C(timeout), its value less a second is the default.
    type: float
  fast_lane:
    description:
      - Whether the task may run inside Ansible's own process, which is much faster, where that makes no difference.
      - E(ANYCLOUD_FAST_LANE=0) turns it off for a whole run.
    type: bool
    default: true
notes:
  - Named clouds are read on the controller, so that Ansible Vault works and the host that runs the task needs no file.
  - A task that runs on the controller itself, with its Python, without C(become) and C(async), runs in process.
    Everything else goes the ordinary way of a module. The results are the same.
requirements:
  - python >= 3.10
  - what the provider needs, see its page
"""
