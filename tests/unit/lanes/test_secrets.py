# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret is found in what it may be disguised as, and ordinary words are not taken for one."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus, urlencode

from ansible.module_utils.common.parameters import remove_values
from ansible_collections.anycloud.core.plugins.module_utils._secrets import all_disguises, disguises
from hypothesis import given
from hypothesis import strategies as st

SECRETS = st.text(st.characters(exclude_categories=("Cs",)), min_size=16, max_size=60)
AROUND = st.text(st.characters(max_codepoint=127), max_size=20)


def masked(text: str, secret: str) -> str:
    return str(remove_values(text, set(disguises(secret))))


@given(SECRETS, AROUND, AROUND)
def test_a_secret_is_masked_in_every_disguise(secret: str, before: str, after: str) -> None:
    for text in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret), repr(secret)):
        assert text.strip("'\"") not in masked(before + text + after, secret)
    assert secret not in masked(urlencode({"token": secret}), secret)


@given(SECRETS, AROUND, AROUND)
def test_little_is_left_of_a_secret_in_base64_wherever_it_stood(secret: str, before: str, after: str) -> None:
    whole = (before + secret + after).encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        coded = encode(whole).decode()
        assert masked(coded, secret) != coded


def test_the_password_of_a_basic_header_is_masked() -> None:
    header = "Basic " + base64.b64encode(b"ops:correct horse battery").decode()
    left = masked(header, "correct horse battery").removeprefix("Basic ").split("*")
    assert max(len(part) for part in left) <= len(base64.b64encode(b"ops:c"))


def test_the_lines_of_a_private_key_are_masked_one_by_one() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAoI\n-----END KEY-----\n"
    assert "BAQEFAASCBKcwggSjAgEAAoI" not in masked("line 2 is BAQEFAASCBKcwggSjAgEAAoI", key)
    assert masked("-----BEGIN KEY-----", key) == "-----BEGIN KEY-----"


def test_what_is_too_short_to_be_a_secret_masks_nothing() -> None:
    assert list(disguises("")) == list(disguises("abc")) == []
    assert list(disguises("abcd")) == ["abcd"]


def test_all_disguises_of_all_secrets() -> None:
    assert {"hunter2hunter2", "a%2Fb%2Fc%2Fd%2Fe"} <= all_disguises({"hunter2hunter2", "a/b/c/d/e"})
