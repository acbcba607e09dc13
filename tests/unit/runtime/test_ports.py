"""Ports are taken one after the other, and never twice."""

from __future__ import annotations

from contextlib import closing

from processors.runtime.ports import bindable, listen

HOST = "127.0.0.1"
PORTS = range(7166, 7366)


def test_the_next_free_port_is_taken() -> None:
    """Workers of one machine share a range of them."""
    first = listen(HOST, PORTS)
    assert first is not None
    with closing(first):
        port = first.getsockname()[1]
        assert not bindable(HOST, port)
        assert listen(HOST, [port]) is None
        second = listen(HOST, PORTS)
        assert second is not None
        with closing(second):
            assert second.getsockname()[1] > port
    assert bindable(HOST, port)
