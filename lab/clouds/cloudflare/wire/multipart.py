"""The one file of a multipart form (RFC 7578), as curl and the SDKs send it."""

from __future__ import annotations

import logging
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from lab.clouds.cloudflare.operation import Upload
from lab.clouds.cloudflare.wire.refusals import (
    BAD_CONTENT_TYPE,
    TOO_LARGE,
    RefusedError,
    Trouble,
    bad_headers,
    not_valid,
)
from lab.http.messages import HttpRequest
from lab.topology.problems import shown

MAX_FILE: Final = 10 * 1024 * 1024
"""The longest file, in bytes: Cloudflare takes documents of up to 10 MB."""
MAX_FORM: Final = MAX_FILE + 16 * 1024
"""The longest form around one."""

# The parser logs what it refuses, and so would every stranger's bytes be in the lab's log.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)

_MULTIPART: Final = b"multipart/form-data"
_MOST_PARTS: Final = 8
_LONGEST_NAME: Final = 255


def read_upload(request: HttpRequest, part: str) -> Upload:
    """The file in the form's part of this name, with or without a file name (the SDKs send none).

    Raises RefusedError where the form is not whole, and for any other part.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    form = _Form()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": form.begin,
                "on_part_data": form.add,
                "on_header_begin": form.begin_header,
                "on_header_field": form.add_name,
                "on_header_value": form.add_value,
                "on_header_end": form.end_header,
                "on_end": form.end,
            },
            max_size=MAX_FORM,
        )
        parser.write(request.body)
    except FormParserError as error:
        raise not_valid(
            f"the body is not the form that its Content-Type says: {shown(str(error))[1:-1]}"
        ) from None
    if not form.is_whole:
        raise not_valid(
            "the body ends before the form does; expected the boundary with two hyphens at its end"
        )
    return _the_file(form, part)


def _the_file(form: _Form, part: str) -> Upload:
    names = [name for name, _, _ in form.parts]
    if names != [part]:
        seen = ", ".join(shown(name) for name in names) or "none"
        raise not_valid(f"expected one part with the name {part}, got {seen}")
    ((_, filename, content),) = form.parts
    if len(content) > MAX_FILE:
        raise RefusedError(
            413, Trouble(TOO_LARGE, f"the file has {len(content)} bytes; expected at most {MAX_FILE}")
        )
    return Upload(bytes(content), filename)


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type.encode("latin-1", "replace").decode("latin-1"))
    boundary = options.get(b"boundary", b"")
    if kind != _MULTIPART:
        raise bad_headers(
            Trouble(
                BAD_CONTENT_TYPE,
                "Invalid Content-Type header, valid values are multipart/form-data; "
                f"got {shown(content_type) if content_type else 'none'}",
            )
        )
    if not 0 < len(boundary) <= 70:  # RFC 2046 section 5.1.1
        raise bad_headers(
            Trouble(BAD_CONTENT_TYPE, "Invalid Content-Type header: a boundary has 1 to 70 characters")
        )
    return boundary


class _Form:
    """What the parser finds: parts with their name, file name and content."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, bytearray]] = []
        self.is_whole = False
        self._header, self._value = bytearray(), bytearray()

    def begin(self) -> None:
        if len(self.parts) == _MOST_PARTS:
            raise FormParserError(f"it has more than {_MOST_PARTS} parts")
        self.parts.append(("", "", bytearray()))

    def begin_header(self) -> None:
        self._header, self._value = bytearray(), bytearray()

    def add_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end_header(self) -> None:
        if self._header.lower() != b"content-disposition":
            return
        _, options = parse_options_header(self._value.decode("latin-1"))
        name, filename = (
            options.get(key, b"").decode("utf-8", "replace")[:_LONGEST_NAME] for key in (b"name", b"filename")
        )
        self.parts[-1] = (name, filename, self.parts[-1][2])

    def add(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1][2].extend(memoryview(data)[start:end])

    def end(self) -> None:
        self.is_whole = True
