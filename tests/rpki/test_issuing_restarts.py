"""A lab that is made again: its CAs have the same keys, and relying parties know them from before."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.rpki_small import ASNS, CUSTOMER_V4, HOLDINGS, NOW, all_files, small_rpki
from support.rpki_validators import OutsideValidators

from lab.bgp.rov import Vrp
from lab.rpki.fetching.source import MemorySource
from lab.rpki.issuing import periods
from lab.rpki.issuing.errors import RefusedError
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.issuing.keys import user_key_pool
from lab.rpki.issuing.update_times import KeptUpdateTimes
from lab.rpki.objects.crl import parse_crl
from lab.rpki.validation.disk_store import DiskStore
from lab.rpki.validation.results import PointState, Validation
from lab.rpki.validation.validator import validate

KEY = b"\x01" * 20
CUSTOMER = "arin/customer"


def busy(rpki: Rpki, publications: int = 100) -> Rpki:
    """The same after it has published often within one second."""
    for number in range(publications):
        rpki.add_aspa(64496, (65536 + number,))
    return rpki


def run(rpki: Rpki, store: DiskStore) -> Validation:
    return validate(rpki.tals(), MemorySource(all_files(rpki)), rpki.now, store=store)


def serials(rpki: Rpki) -> dict[tuple[bytes, int], bytes]:
    """What every key has signed, by serial."""
    instances = [ca.current for ca in rpki.cas.values()]
    return {
        (instance.key.identifier, product.serial): product.data
        for instance in instances
        for product in instance.products.values()
    }


@pytest.mark.slow
@pytest.mark.parametrize("later", [0, 1, 30, 7200])
def test_a_warm_relying_party_takes_the_next_lab(tmp_path: Path, later: int) -> None:
    store = DiskStore(tmp_path / "store")
    first = busy(small_rpki(times=KeptUpdateTimes(tmp_path / "times")))
    assert not run(first, store).rejected
    again = small_rpki(
        now=NOW + later, roas=(Vrp(CUSTOMER_V4, 25, 64511),), times=KeptUpdateTimes(tmp_path / "times")
    )
    found = run(again, store)
    assert {point.state for point in found.points} == {PointState.FRESH}
    assert set(found.payloads.vrps) == set(again.roas)
    assert not found.rejected


def test_no_serial_stands_for_two_certificates_of_one_key(tmp_path: Path) -> None:
    first = serials(busy(small_rpki(times=KeptUpdateTimes(tmp_path)), 3))
    again = serials(small_rpki(times=KeptUpdateTimes(tmp_path)))
    assert {key for key, _ in first} == {key for key, _ in again}
    assert not first.keys() & again.keys()


def test_the_last_labs_manifest_is_revoked_by_the_next_lab(tmp_path: Path) -> None:
    first = small_rpki(times=KeptUpdateTimes(tmp_path))
    last = first.cas[CUSTOMER].current.this_update
    again = small_rpki(now=NOW + 1, times=KeptUpdateTimes(tmp_path))
    assert parse_crl(again.cas[CUSTOMER].current.crl_data).revoked == {last << 32}


def test_two_labs_at_once_share_no_time(tmp_path: Path) -> None:
    one, other = (small_rpki(times=KeptUpdateTimes(tmp_path)) for _ in range(2))
    seen = set()
    for rpki in (one, other, one, other):
        busy(rpki, 1)
        seen.add(rpki.cas[CUSTOMER].current.this_update)
    assert len(seen) == 4
    assert not serials(one).keys() & serials(other).keys()


def test_in_the_simulator_every_lab_begins_alike() -> None:
    assert all_files(small_rpki()) == all_files(small_rpki())


def test_a_lab_after_one_that_has_used_up_the_hour_is_refused_until_time_has_passed(tmp_path: Path) -> None:
    times = KeptUpdateTimes(tmp_path)
    key = small_rpki(times=times).cas[CUSTOMER].current.key.identifier
    times.take(key, NOW - periods.LATEST + periods.BACKDATED)
    with pytest.raises(RefusedError, match=f"{CUSTOMER} has published too often .*; let time pass"):
        small_rpki(times=KeptUpdateTimes(tmp_path))
    small_rpki(now=NOW + 60, times=KeptUpdateTimes(tmp_path))


# --- the record -----------------------------------------------------------------------------------------

TAKE = "import sys, pathlib; from lab.rpki.issuing.update_times import KeptUpdateTimes; \
times = KeptUpdateTimes(pathlib.Path(sys.argv[1])); print(flush=True); sys.stdin.readline(); \
print(*(times.take(b'\\x01' * 20, 1_800_000_000) for _ in range(1000)))"


@pytest.mark.slow
def test_processes_that_publish_at_once_get_times_of_their_own(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKE, str(tmp_path / "times")]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    taken = [int(word) for process in processes for word in process.communicate()[0].split()]
    first = NOW - periods.BACKDATED
    assert sorted(taken) == list(range(first, first + len(processes) * 1000))


@pytest.mark.parametrize("record", [b"", b"nonsense", b"-5", "²".encode(), b"9" * 40])
def test_a_record_that_makes_no_sense_is_replaced(tmp_path: Path, record: bytes) -> None:
    (tmp_path / KEY.hex()).write_bytes(record)
    assert KeptUpdateTimes(tmp_path).last(KEY, NOW) == 0
    taken = KeptUpdateTimes(tmp_path).take(KEY, NOW)
    assert taken == NOW - periods.BACKDATED
    assert KeptUpdateTimes(tmp_path).last(KEY, NOW) == taken


def test_a_clock_that_was_ahead_once_does_not_stop_all_later_labs(tmp_path: Path) -> None:
    times = KeptUpdateTimes(tmp_path)
    times.take(KEY, NOW + 10 * periods.YEAR)
    assert KeptUpdateTimes(tmp_path).take(KEY, NOW) == NOW - periods.BACKDATED
    assert times.take(KEY, NOW) == NOW - periods.BACKDATED + 1


def test_only_the_user_can_read_and_write_the_record(tmp_path: Path) -> None:
    directory = tmp_path / "times"
    KeptUpdateTimes(directory).take(KEY, NOW)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / KEY.hex()).stat().st_mode & 0o777 == 0o600


def test_without_a_place_to_write_times_still_rise(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    times = KeptUpdateTimes(tmp_path / "file" / "times")
    assert times.take(KEY, NOW) < times.take(KEY, NOW) == times.last(KEY, NOW)


# --- other people's software ----------------------------------------------------------------------------


@pytest.mark.rpki
def test_rpki_client_and_fort_that_are_warm_take_the_next_lab(tmp_path: Path) -> None:
    now = int(time.time())
    first = busy(small_rpki(now, times=KeptUpdateTimes(tmp_path)))
    with OutsideValidators.made(first.files(), first.tals()) as validators:
        for verdict in (validators.rpki_client(), validators.fort()):
            assert len(verdict.vrps) == len(first.roas), verdict.log
        roas = (Vrp(CUSTOMER_V4, 25, 64511),)
        again = Rpki(HOLDINGS, ASNS, user_key_pool(), now + 1, roas=roas, times=KeptUpdateTimes(tmp_path))
        validators.publish(again.files(), again.tals())
        client, fort = validators.rpki_client(warm=True), validators.fort(warm=True)
        assert client.vrps == set(again.roas), client.log
        assert fort.vrps == set(roas), fort.log
