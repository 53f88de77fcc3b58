"""The mailbox between the threads that ask and the one that owns the lab."""

from __future__ import annotations

import selectors
import threading
from concurrent.futures import CancelledError
from functools import partial

import pytest

from lab.serving.mailbox import Mailbox


def test_what_other_threads_submit_is_done_by_the_owner_in_order() -> None:
    mailbox = Mailbox()
    done: list[tuple[int, str]] = []
    futures = []

    def do(number: int) -> None:
        done.append((number, threading.current_thread().name))

    def submit() -> None:
        futures.extend(mailbox.submit(partial(do, number)) for number in range(100))

    thread = threading.Thread(target=submit)
    thread.start()
    with selectors.DefaultSelector() as selector:
        selector.register(mailbox, selectors.EVENT_READ)
        while len(done) < 100:
            assert selector.select(20)
            mailbox.run_all()
        assert not selector.select(0)
    thread.join()
    assert done == [(number, threading.current_thread().name) for number in range(100)]
    assert all(future.result() is None for future in futures)
    mailbox.close()


def test_what_is_submitted_meanwhile_waits_for_the_next_time() -> None:
    mailbox = Mailbox()
    first = mailbox.submit(lambda: mailbox.submit(lambda: "second"))
    mailbox.run_all()
    assert not first.result().done()
    with selectors.DefaultSelector() as selector:
        selector.register(mailbox, selectors.EVENT_READ)
        assert selector.select(20)
    mailbox.run_all()
    assert first.result().result() == "second"
    mailbox.close()


def test_an_exception_reaches_the_one_who_submitted_and_nobody_else() -> None:
    mailbox = Mailbox()
    bad, good = mailbox.submit(lambda: 1 / 0), mailbox.submit(lambda: 1)
    mailbox.run_all()
    with pytest.raises(ZeroDivisionError):
        bad.result()
    assert good.result() == 1
    mailbox.close()


def test_what_was_cancelled_is_not_done() -> None:
    mailbox = Mailbox()
    done: list[int] = []
    mailbox.submit(lambda: done.append(1)).cancel()
    mailbox.submit(lambda: done.append(2))
    mailbox.run_all()
    assert done == [2]
    mailbox.close()


def test_a_closed_mailbox_cancels_what_waits_and_what_comes() -> None:
    mailbox = Mailbox()
    waiting = mailbox.submit(lambda: 1)
    mailbox.close()
    mailbox.close()
    for future in (waiting, mailbox.submit(lambda: 2)):
        with pytest.raises(CancelledError):
            future.result()
