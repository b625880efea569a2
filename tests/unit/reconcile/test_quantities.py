# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of memory and disk as people write them."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.quantities import gib, ram_mb, shown_mb
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid


@pytest.mark.parametrize(
    ("written", "megabytes"),
    [
        (4096, 4096),
        ("4096", 4096),
        ("4 GB", 4096),
        ("4GB", 4096),
        ("4gib", 4096),
        (" 4 G ", 4096),
        ("512 MB", 512),
        ("512MiB", 512),
        ("0.5 GB", 512),
        ("1 TB", 1048576),
        (1024.0, 1024),
    ],
)
def test_memory_counts_in_megabytes(written: object, megabytes: int) -> None:
    assert ram_mb(written) == megabytes


@pytest.mark.parametrize(
    ("written", "gigabytes"), [(20, 20), ("20", 20), ("20 GB", 20), ("20GiB", 20), ("1 TB", 1024), ("2048 MB", 2)]
)
def test_disk_counts_in_gigabytes(written: object, gigabytes: int) -> None:
    assert gib(written) == gigabytes


@pytest.mark.parametrize("written", ["", "much", "4 GB RAM", "-1", -1, True, None, "1e3", [4], "٤ GB", "9" * 400])
def test_what_is_no_amount_is_said_to_be_none(written: object) -> None:
    with pytest.raises(Invalid, match="ram is .* which is no amount; write for example 4 GB"):
        ram_mb(written)


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(Invalid, match="ram is '4 KB', whose unit KB is not known; the units are MB, GB and TB"):
        ram_mb("4 KB")


@pytest.mark.parametrize("written", [0, "0 GB", "0", 0.5])
def test_nothing_is_no_amount_of_memory(written: object) -> None:
    with pytest.raises(Invalid, match="1 MB at least"):
        ram_mb(written)


def test_a_disk_of_half_a_gigabyte_is_refused() -> None:
    with pytest.raises(Invalid, match="disk is '512 MB', which is no whole number of gigabytes"):
        gib("512 MB", "disk")


@pytest.mark.parametrize(
    ("megabytes", "written"), [(4096, "4 GB"), (512, "512 MB"), (1536, "1.5 GB"), (1100, "1100 MB")]
)
def test_amounts_read_as_people_write_them(megabytes: int, written: str) -> None:
    assert shown_mb(megabytes) == written
