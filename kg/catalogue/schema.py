"""The catalogue's SQLite file: its tables, and how it is opened.

Counters (`traits`, `shades`, `definitions`, `stances`, `sources`, the numbers in `statements`) hold what would
otherwise be counted: an article's commit reads and writes rows about itself only, however large the graph is.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kg.catalogue.searchtables import has_search, prepare_search
from kg.catalogue.words import fold
from kg.errors import WorkspaceError

__all__ = ["FORMAT", "open_database"]

FORMAT = 4

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- what was read, and what was found in it
CREATE TABLE articles (
  key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, model TEXT NOT NULL,
  media_type TEXT NOT NULL, source TEXT NOT NULL, url TEXT, title TEXT, published TEXT, publisher TEXT,
  authors TEXT NOT NULL, language TEXT, given TEXT NOT NULL, raw BLOB NOT NULL, content BLOB, document BLOB NOT NULL,
  publisher_key TEXT NOT NULL, source_key TEXT NOT NULL, signature BLOB NOT NULL, cluster INTEGER,
  time TEXT NOT NULL);
CREATE INDEX articles_cluster ON articles (cluster, publisher_key);
CREATE INDEX articles_earliest ON articles (cluster, coalesce(published, '9999'), id);
CREATE INDEX articles_newest ON articles (coalesce(published, ''), key);
-- every content and model that an article has had; `text` is that of a content that was replaced, NULL where the next
-- revision has the same. Of a withdrawn article nothing is kept but that it was there
CREATE TABLE revisions (
  key INTEGER PRIMARY KEY, article INTEGER NOT NULL, digest TEXT NOT NULL, model TEXT NOT NULL, published TEXT,
  title TEXT, text BLOB, time TEXT NOT NULL);
CREATE INDEX revisions_article ON revisions (article);
CREATE TABLE withdrawn (id TEXT PRIMARY KEY, digest TEXT NOT NULL, published TEXT, time TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX articles_digest ON articles (digest, model);
CREATE TABLE extractions (digest TEXT NOT NULL, model TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (digest, model));
CREATE TABLE bands (band INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE INDEX bands_article ON bands (article);

-- things
CREATE TABLE entities (
  key INTEGER PRIMARY KEY AUTOINCREMENT, iri TEXT NOT NULL UNIQUE, slot TEXT UNIQUE, cls TEXT NOT NULL,
  label TEXT NOT NULL, altlabels TEXT NOT NULL DEFAULT '[]', event_type TEXT);
CREATE TABLE chains (
  key INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL, number INTEGER NOT NULL, cls TEXT NOT NULL,
  anchor_text TEXT NOT NULL, occurrence INTEGER NOT NULL, label TEXT NOT NULL, weak INTEGER NOT NULL,
  aliases TEXT NOT NULL, event_type TEXT, bucket TEXT, shade TEXT NOT NULL, defines TEXT NOT NULL,
  described INTEGER NOT NULL, "values" BLOB NOT NULL, blocks BLOB NOT NULL, entity INTEGER);
CREATE UNIQUE INDEX chains_article ON chains (article, number);
CREATE INDEX chains_bucket ON chains (bucket, shade) WHERE bucket IS NOT NULL;
CREATE INDEX chains_entity ON chains (entity, article);
CREATE TABLE traits (
  entity INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (entity, kind, value)) WITHOUT ROWID;
CREATE TABLE shades (
  key INTEGER PRIMARY KEY, bucket TEXT NOT NULL, shade TEXT NOT NULL, n INTEGER NOT NULL, UNIQUE (bucket, shade));
CREATE TABLE definitions (
  acronym TEXT NOT NULL, bucket TEXT NOT NULL, cls TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (acronym, bucket, cls)) WITHOUT ROWID;
CREATE INDEX definitions_bucket ON definitions (bucket, acronym);
-- what may be one: a place is a row of shades, all chains of one name or description. `said` and `blocks` are counters,
-- `pairs` the places that share a block and are alike (`described`: how many of the two are only described), `joined`
-- what clustering makes of their slots
CREATE TABLE said (
  place INTEGER NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (place, value)) WITHOUT ROWID;
CREATE TABLE blocks (
  block INTEGER NOT NULL, place INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (block, place)) WITHOUT ROWID;
CREATE INDEX blocks_foremost ON blocks (place, n DESC);
CREATE TABLE pairs (
  low INTEGER NOT NULL, high INTEGER NOT NULL, score REAL NOT NULL, described INTEGER NOT NULL,
  PRIMARY KEY (low, high)) WITHOUT ROWID;
CREATE INDEX pairs_high ON pairs (high);
CREATE INDEX pairs_described ON pairs (described, score);
CREATE TABLE joined (slot TEXT PRIMARY KEY, canonical TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX joined_canonical ON joined (canonical);
CREATE TABLE unsettled (bucket TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE retired (iri TEXT PRIMARY KEY, successor TEXT, label TEXT NOT NULL, time TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX retired_successor ON retired (successor);

-- what is said: `level` is 2 asserting, 1 supporting, 0 disputing, -1 rejected; `weight` the confidence that counts
CREATE TABLE statements (
  key INTEGER PRIMARY KEY, subject INTEGER NOT NULL, predicate TEXT NOT NULL, object INTEGER NOT NULL,
  literal TEXT NOT NULL, supporting_articles INTEGER NOT NULL DEFAULT 0, disputing_articles INTEGER NOT NULL DEFAULT 0,
  supporting_sources INTEGER NOT NULL DEFAULT 0, disputing_sources INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX statements_triple ON statements (subject, predicate, object, literal);
CREATE INDEX statements_object ON statements (object);
CREATE INDEX statements_dated ON statements (literal, subject) WHERE predicate = 'startDate';
CREATE INDEX statements_disputed ON statements (key) WHERE disputing_articles > 0;
CREATE TABLE claims (
  key INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, article INTEGER NOT NULL, statement INTEGER,
  subject_chain INTEGER NOT NULL, predicate TEXT NOT NULL, object_chain INTEGER, literal TEXT NOT NULL,
  sentence_start INTEGER NOT NULL, sentence_end INTEGER NOT NULL, subject_start INTEGER NOT NULL,
  subject_end INTEGER NOT NULL, object_start INTEGER NOT NULL, object_end INTEGER NOT NULL,
  confidence REAL NOT NULL, supports INTEGER NOT NULL, modality TEXT NOT NULL, phase TEXT NOT NULL, attributed_to TEXT,
  valid_from TEXT, valid_to TEXT, verdict TEXT, level INTEGER NOT NULL, weight REAL NOT NULL, known INTEGER NOT NULL,
  published TEXT, source_key TEXT NOT NULL);
CREATE INDEX claims_article ON claims (article);
CREATE INDEX claims_subject ON claims (subject_chain);
CREATE INDEX claims_object ON claims (object_chain) WHERE object_chain IS NOT NULL;
CREATE INDEX claims_weight ON claims (statement, level, weight);
CREATE INDEX claims_phase ON claims (statement, level, known, published DESC, weight DESC, phase);
CREATE INDEX claims_published ON claims (statement, level, published) WHERE published IS NOT NULL;
CREATE INDEX claims_told ON claims (statement, level, phase, published) WHERE published IS NOT NULL;
CREATE INDEX claims_from ON claims (statement, level, published DESC, weight DESC, valid_from)
  WHERE valid_from IS NOT NULL;
CREATE INDEX claims_to ON claims (statement, level, published DESC, weight DESC, valid_to)
  WHERE valid_to IS NOT NULL;
CREATE INDEX claims_undecided ON claims (confidence, iri) WHERE verdict IS NULL AND statement IS NOT NULL;
CREATE TABLE stances (
  statement INTEGER NOT NULL, supports INTEGER NOT NULL, article INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (statement, supports, article)) WITHOUT ROWID;
CREATE TABLE sources (
  statement INTEGER NOT NULL, supports INTEGER NOT NULL, source_key TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (statement, supports, source_key)) WITHOUT ROWID;

-- which statements the graph gained and lost, and which changed (`kg.catalogue.changes`): the newest entries
CREATE TABLE changes (
  key INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  predicate TEXT NOT NULL, object TEXT, literal TEXT NOT NULL, details TEXT NOT NULL, reason TEXT NOT NULL, article TEXT,
  judgement INTEGER);
CREATE INDEX changes_time ON changes (time);
CREATE INDEX changes_subject ON changes (subject);
CREATE INDEX changes_object ON changes (object) WHERE object IS NOT NULL;

-- where places are (`kg.catalogue.whereabouts`): what each chain is taken for, what that makes of an entity, and which
-- entity lies in which; the triggers let a grounding go with its chain
CREATE TABLE groundings (
  chain INTEGER PRIMARY KEY, entity INTEGER, sure INTEGER NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL,
  name TEXT NOT NULL, kind TEXT NOT NULL, country TEXT NOT NULL, regions TEXT NOT NULL, latitude REAL NOT NULL,
  longitude REAL NOT NULL);
CREATE INDEX groundings_entity ON groundings (entity, sure, place, reason);
CREATE TRIGGER groundings_follow AFTER UPDATE OF entity ON chains BEGIN
  UPDATE groundings SET entity = new.entity WHERE chain = new.key; END;
CREATE TRIGGER groundings_end AFTER DELETE ON chains BEGIN
  DELETE FROM groundings WHERE chain = old.key; END;
CREATE TABLE located (
  entity INTEGER PRIMARY KEY, place TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, country TEXT NOT NULL,
  regions TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, reason TEXT NOT NULL, sure INTEGER NOT NULL);
CREATE INDEX located_place ON located (place);
CREATE INDEX located_country ON located (country, kind);
CREATE TABLE containments (inner INTEGER NOT NULL, outer INTEGER NOT NULL, PRIMARY KEY (inner, outer)) WITHOUT ROWID;

-- what people decided, on anchors; `anchored` is where the anchors are now
CREATE TABLE judgements (
  key INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
  article TEXT NOT NULL, text TEXT NOT NULL, cls TEXT NOT NULL, occurrence INTEGER NOT NULL,
  other_article TEXT, other_text TEXT, other_cls TEXT, other_occurrence INTEGER,
  predicate TEXT, label TEXT, target TEXT, author TEXT NOT NULL, time TEXT NOT NULL, reason TEXT, undone_by TEXT,
  undone_time TEXT);
CREATE INDEX judgements_article ON judgements (article);
CREATE INDEX judgements_kind ON judgements (kind) WHERE undone_time IS NULL;
CREATE INDEX judgements_other ON judgements (other_article) WHERE other_article IS NOT NULL;
CREATE TABLE anchored (
  judgement INTEGER NOT NULL, side INTEGER NOT NULL, chain INTEGER NOT NULL,
  PRIMARY KEY (judgement, side)) WITHOUT ROWID;
CREATE INDEX anchored_chain ON anchored (chain);
CREATE TABLE unions (slot TEXT PRIMARY KEY, canonical TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX unions_canonical ON unions (canonical);
CREATE TABLE separated (chain INTEGER PRIMARY KEY);
-- what entities are in other data sets (`kg.catalogue.matches`): follows from the judgements
CREATE TABLE matches (
  entity INTEGER NOT NULL, target TEXT NOT NULL, predicate TEXT NOT NULL, PRIMARY KEY (entity, target)) WITHOUT ROWID;

-- what the graph does not show yet
CREATE TABLE pending (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;

-- words
CREATE VIRTUAL TABLE names USING fts5 (
  label, altlabels, cls UNINDEXED, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3');
CREATE VIRTUAL TABLE sentences USING fts5 (
  text, first UNINDEXED, last UNINDEXED, tokenize = "unicode61 remove_diacritics 2");
"""


def open_database(path: Path | None, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to the catalogue at a path (in memory when None), with its tables made if it is new.

    Raises WorkspaceError when the file is no catalogue, of another version, or cannot be opened.
    """
    try:
        connection = _connect(path, read_only=read_only)
    except sqlite3.Error as error:
        raise WorkspaceError(f"{path}: {error}", hint="is this a workspace?") from error
    try:
        _prepare(connection, path, read_only=read_only)
    except sqlite3.Error as error:
        connection.close()
        raise WorkspaceError(f"{path}: {error}", hint="restore it from a backup, or begin a new workspace") from error
    except WorkspaceError:
        connection.close()
        raise
    return connection


def _connect(path: Path | None, *, read_only: bool) -> sqlite3.Connection:
    # autocommit: transactions are begun and ended in one place, `Catalogue.change`; a lock there serves all threads
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    else:
        mode = "ro" if read_only else "rwc"
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=30.0,
        )
    connection.row_factory = sqlite3.Row
    connection.create_function("fold", 1, fold, deterministic=True)  # triggers call it
    return connection


def _prepare(connection: sqlite3.Connection, path: Path | None, *, read_only: bool) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, FORMAT) or (version == 0 and read_only):
        raise WorkspaceError(
            f"{path}: a catalogue of format {version}; this program reads format {FORMAT}",
            hint="use the version of newsgraph that wrote it, or ingest the articles into a new workspace",
        )
    if not read_only and path is not None:
        connection.execute("PRAGMA journal_mode = WAL")
        # the graph must never know what the catalogue forgot, so a commit waits for the disk; bulk runs batch commits
        connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{_TABLES};PRAGMA user_version = {FORMAT};COMMIT;")
    if not read_only:
        # files of before: an index on the place alone, and none of these
        connection.execute("CREATE INDEX IF NOT EXISTS blocks_foremost ON blocks (place, n DESC)")
        connection.execute("DROP INDEX IF EXISTS blocks_place")
        for name in ("statements_dated", "statements_disputed", "claims_undecided"):
            made = next(line for line in _TABLES.splitlines() if line.startswith(f"CREATE INDEX {name} "))
            connection.execute(made.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))
        prepare_search(connection)
    elif path is not None and not has_search(connection):  # of before there were these indexes: made once
        open_database(path).close()
