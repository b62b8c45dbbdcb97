"""Migrations: how a database came to look as it does, one named step after the other.

`PRAGMA user_version` counts how many of them a file has seen. A step that was ever released is
never changed; each has a fixture of the version before it in the tests.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]


def sessions_runs_segments_and_words(connection: sqlite3.Connection) -> None:
    """The first layout.

    A run's recording is kept as segments: rows of their own per event cost twenty times the space.
    What a list or a sum needs stands in columns, with an index that covers it; the rest of a run
    is JSON, and its transcript a compressed snapshot at the end of the row, where scans need not
    pass it. Money is a whole number of millionths of a millionth of a dollar, so that sums are
    exact.

    `message` holds what can be searched (a session's title, a run's words) and `words` is its
    index, kept by triggers so that the two cannot differ. The short prefixes make search as you
    type cost the same as a search for a word. Ids of `message` grow: newest first is its order.
    """
    for statement in (
        """
        CREATE TABLE session (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL DEFAULT '',
            created REAL NOT NULL,
            changed REAL NOT NULL,
            profile TEXT NOT NULL DEFAULT '',
            call TEXT NOT NULL DEFAULT '{}',
            draft TEXT NOT NULL DEFAULT '',
            leaf TEXT,
            named INTEGER NOT NULL DEFAULT 0,
            trashed INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE INDEX session_changed ON session (trashed, changed)",
        """
        CREATE TABLE run (
            id TEXT PRIMARY KEY,
            session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            parent TEXT,
            created REAL NOT NULL,
            began REAL NOT NULL,
            owner TEXT NOT NULL DEFAULT '',
            trashed INTEGER NOT NULL DEFAULT 0,
            profile TEXT NOT NULL DEFAULT '',
            model TEXT NOT NULL DEFAULT '',
            outcome TEXT,
            input INTEGER,
            cached INTEGER,
            output INTEGER,
            reasoning INTEGER,
            estimated INTEGER NOT NULL DEFAULT 0,
            picodollars INTEGER,
            unpriced INTEGER NOT NULL DEFAULT 0,
            call TEXT NOT NULL,
            cost TEXT,
            items TEXT NOT NULL,
            version INTEGER NOT NULL DEFAULT 0,
            snapshot BLOB
        )
        """,
        """
        CREATE INDEX run_sums ON run (
            session, trashed, owner, outcome, input, output, picodollars, unpriced
        )
        """,
        """
        CREATE INDEX run_days ON run (
            created, outcome, input, cached, output, reasoning, estimated, picodollars, unpriced
        )
        """,
        "CREATE INDEX run_unfinished ON run (owner) WHERE outcome IS NULL AND owner <> ''",
        """
        CREATE TABLE segment (
            run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            first INTEGER NOT NULL,
            count INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (run, first)
        )
        """,
        """
        CREATE TABLE message (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            run TEXT REFERENCES run (id) ON DELETE CASCADE,
            text TEXT NOT NULL
        )
        """,
        "CREATE INDEX message_session ON message (session, run)",
        "CREATE INDEX message_run ON message (run)",
        """
        CREATE VIRTUAL TABLE words USING fts5 (
            text, content = 'message', content_rowid = 'id',
            tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
        )
        """,
        """
        CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
            INSERT INTO words (rowid, text) VALUES (new.id, new.text);
        END
        """,
        """
        CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
            INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
        END
        """,
    ):
        connection.execute(statement)


def blobs_and_attachments(connection: sqlite3.Connection) -> None:
    """Pictures and files can be part of a message, and go with every later request.

    Long base64 is kept once in a session instead of once in each recording; a draft keeps what is
    attached to it.
    """
    connection.execute(
        """
        CREATE TABLE blob (
            session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (session, sha256)
        )
        """
    )
    connection.execute("ALTER TABLE session ADD COLUMN attached TEXT NOT NULL DEFAULT '[]'")


def prompts_and_their_versions(connection: sqlite3.Connection) -> None:
    """Prompts are kept beside sessions, to be used in any of them.

    A version is a row that is written once: an old one comes back as a new one, so what a run was
    made with can always be told. A folder is where something lies, and needs no row.
    """
    for statement in (
        """
        CREATE TABLE prompt (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL DEFAULT '',
            folder TEXT NOT NULL DEFAULT '',
            trashed INTEGER NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE prompt_version (
            prompt TEXT NOT NULL REFERENCES prompt (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            created REAL NOT NULL,
            note TEXT NOT NULL DEFAULT '',
            content TEXT NOT NULL,
            PRIMARY KEY (prompt, number)
        )
        """,
    ):
        connection.execute(statement)


def order_among_sessions_and_what_runs_took(connection: sqlite3.Connection) -> None:
    """Hundreds of sessions want folders, tags, pins and an archive, and a session may compare.

    What a list filters by and what a summary counts stands in columns of a run: which part of the
    window it belongs to, how many calls its answer holds, what it took. Of runs that are there
    already their snapshot knows. `reusable` finds the recorded answer to the same request.
    """
    for statement in (
        "ALTER TABLE session ADD COLUMN folder TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE session ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE session ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE session ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE session ADD COLUMN comparison TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE run ADD COLUMN place TEXT NOT NULL DEFAULT 'chat'",
        "ALTER TABLE run ADD COLUMN calls INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE run ADD COLUMN first_token_ms REAL",
        "ALTER TABLE run ADD COLUMN took_ms REAL",
        """
        CREATE TABLE reusable (
            digest TEXT NOT NULL,
            run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            leg INTEGER NOT NULL,
            created REAL NOT NULL,
            PRIMARY KEY (digest, run, leg)
        )
        """,
        "CREATE INDEX reusable_run ON reusable (run)",
        "CREATE INDEX run_found ON run (session, trashed, place, calls, model, profile)",
        "DROP INDEX run_days",
        """
        CREATE INDEX run_days ON run (
            created, id, outcome, profile, model, input, cached, output, reasoning, estimated,
            picodollars, unpriced, calls, first_token_ms, took_ms
        )
        """,
    ):
        connection.execute(statement)
    rows = connection.execute("SELECT id, call, snapshot FROM run")
    while some := rows.fetchmany(500):
        connection.executemany(
            "UPDATE run SET place = ?, calls = ?, first_token_ms = ?, took_ms = ? WHERE id = ?",
            [(*_taken(call, packed), run_id) for run_id, call, packed in some],
        )


def _taken(call: str, packed: bytes | None) -> tuple[str, int, float | None, float | None]:
    """(place, calls, first_token_ms, took_ms) of a run as the versions up to 3 wrote it; what
    cannot be read says nothing."""
    try:
        asked = json.loads(call)
        seen = json.loads(zlib.decompress(packed)) if packed else {}
        form = (asked.get("output") or {}).get("mode", "text")
        place = "tools" if asked.get("tools") else "structured" if form != "text" else "chat"
        calls = sum(
            item.get("kind") in ("tool_call", "hosted_call") for item in seen.get("items", ())
        )
        first, last = seen.get("first") or {}, seen.get("timing") or {}
        begun, token, end = first.get("request"), first.get("first_token"), last.get("end")
        return (
            place,
            calls,
            None if begun is None or token is None else (token - begun) / 1e6,
            None if begun is None or end is None else (end - begun) / 1e6,
        )
    except (ValueError, TypeError, AttributeError, zlib.error, RecursionError):
        return "chat", 0, None, None


MIGRATIONS: tuple[Migration, ...] = (
    sessions_runs_segments_and_words,
    blobs_and_attachments,
    prompts_and_their_versions,
    order_among_sessions_and_what_runs_took,
)
