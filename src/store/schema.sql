-- Numbered and append-only: each numbered block runs once, in order; `PRAGMA user_version` counts them. Never edit a block that
-- has been shipped. Times are milliseconds since 1970.

-- # 1
CREATE TABLE members (
    id             INTEGER PRIMARY KEY,
    surname        TEXT NOT NULL,
    union_number   TEXT,
    student_number TEXT
) STRICT;
CREATE INDEX members_union ON members (union_number);
CREATE INDEX members_student ON members (student_number);

CREATE TABLE documents (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,  -- on disk and in /static; 128 random characters make it a capability
    sha256     BLOB NOT NULL,
    bytes      INTEGER NOT NULL,
    page_count INTEGER NOT NULL,
    media_type TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    pin         TEXT NOT NULL UNIQUE,
    member      INTEGER REFERENCES members (id) ON DELETE SET NULL,
    source      TEXT NOT NULL,
    title       TEXT NOT NULL,
    pages       TEXT NOT NULL,
    copies      INTEGER NOT NULL,
    two_sided   INTEGER NOT NULL,
    color       INTEGER NOT NULL,
    document    INTEGER REFERENCES documents (id),  -- NULL: ordered, not uploaded
    state       TEXT NOT NULL,                      -- held, pending, processing, completed, canceled
    fault       TEXT,                               -- JSON of job::fault::Fault, only while held
    created_at  INTEGER NOT NULL,
    released_at INTEGER
) STRICT;
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_document ON jobs (document);

-- One row each time a job is sent to the printer, written before the printer hears of it.
CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    job         INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    printer     TEXT NOT NULL,
    printer_job INTEGER,                            -- NULL: the printer may or may not have the job
    phase       TEXT NOT NULL,                      -- intent, sending, sent, ended
    impressions INTEGER NOT NULL,                   -- sides asked
    completed   INTEGER,                            -- sides that came out, when it ended
    started_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_job ON attempts (job);

-- What came out of the printer. Rows stay when their job is gone; they name nobody's document.
CREATE TABLE print_facts (
    id          INTEGER PRIMARY KEY,
    job         INTEGER NOT NULL,
    member      INTEGER,
    impressions INTEGER NOT NULL,
    sheets      INTEGER NOT NULL,
    terminal    TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    sha256     BLOB NOT NULL UNIQUE,
    scopes     TEXT NOT NULL,                       -- separated by spaces
    created_at INTEGER NOT NULL
) STRICT;

-- # 2
-- Ages are counted in lived time: milliseconds that only go on, whatever happens to the wall clock (src/clock.rs).
ALTER TABLE jobs ADD COLUMN lived_at INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET lived_at = created_at;
CREATE INDEX jobs_lived ON jobs (lived_at);

-- One row: how long this store has lived, and where the kernel's clocks stood when that was written down.
CREATE TABLE lived (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    lived_ms    INTEGER NOT NULL,
    boot        TEXT NOT NULL,
    boot_ms     INTEGER NOT NULL,
    anchor_ms   INTEGER,                            -- NULL: the wall clock was never synchronised
    anchor_wall INTEGER,
    anchor_boot TEXT
) STRICT;

-- Wrong codes: when each address has all its tries again, in lived time. The empty address stands for all together.
CREATE TABLE guesses (
    address TEXT PRIMARY KEY,
    full_at INTEGER NOT NULL
) STRICT;

-- When something last happened that has no row of its own, such as a push of the member list.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;

-- # 3
-- What a try at the printer asked and how far it came, so that a restart never guesses (src/job/part.rs).
ALTER TABLE attempts ADD COLUMN name TEXT;                          -- job-name at the printer; nobody else's is the same
ALTER TABLE attempts ADD COLUMN asked TEXT;                         -- JSON of job::part::Asked
ALTER TABLE attempts ADD COLUMN counter INTEGER;                    -- printer-impressions-completed before, when it was idle
ALTER TABLE attempts ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;    -- sides that its job counted so far
ALTER TABLE attempts ADD COLUMN given INTEGER;                      -- sides the printer may have got; NULL: all of them
ALTER TABLE attempts ADD COLUMN least INTEGER;                      -- sides of the whole sequence that are out for certain,
ALTER TABLE attempts ADD COLUMN most INTEGER;                       -- and that may be, when it ended
CREATE INDEX attempts_phase ON attempts (phase) WHERE phase != 'ended';

-- Sides of the sequence that are out already and are left out of the next try.
ALTER TABLE jobs ADD COLUMN first INTEGER NOT NULL DEFAULT 0;

-- What was learned of printers: whether they count at all, and whether they count every copy.
CREATE TABLE printers (
    uri    TEXT NOT NULL,
    model  TEXT NOT NULL,
    counts INTEGER NOT NULL DEFAULT 0,
    copies INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (uri, model)
) STRICT;

-- # 4
-- What a look at a document's pages found, by its content: never found out twice while any document has it.
CREATE TABLE preflight (
    sha256 BLOB PRIMARY KEY,
    look   INTEGER NOT NULL,                        -- which look it was; another one does not believe it
    facts  TEXT NOT NULL                            -- JSON of job::preflight::Facts
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_sha256 ON documents (sha256);

-- One row: the paper in our own printer, once somebody said how much there is.
CREATE TABLE paper (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    sheets     INTEGER,                             -- NULL: nobody knows any more
    ran_out    INTEGER NOT NULL,                    -- the printer says that there is none
    changed_at INTEGER NOT NULL
) STRICT;

-- # 5
-- How pages lie on the paper: keywords of print-scaling (PWG 5100.13), and number-up (RFC 8011).
ALTER TABLE jobs ADD COLUMN scaling TEXT NOT NULL DEFAULT 'fit';
ALTER TABLE jobs ADD COLUMN number_up INTEGER NOT NULL DEFAULT 1;

-- # 6
-- What phones send in pieces (src/queue/uploads.rs). The bytes lie beside the documents under the same number.
CREATE TABLE uploads (
    id       TEXT PRIMARY KEY,                      -- 32 random digits: whoever has them may go on
    member   INTEGER REFERENCES members (id) ON DELETE SET NULL,
    title    TEXT NOT NULL,
    ticket   TEXT NOT NULL,                         -- JSON of job::ticket::Ticket
    part     INTEGER NOT NULL,                      -- 1: not a document by itself, one is made of several
    bytes    INTEGER NOT NULL,                      -- announced
    came     INTEGER NOT NULL,                      -- on the disk for certain
    stage    TEXT NOT NULL,                         -- coming, locked, whole, refused
    word     TEXT,                                  -- whole: its kind; refused: why
    tries    INTEGER NOT NULL DEFAULT 0,            -- wrong passwords
    job      INTEGER REFERENCES jobs (id) ON DELETE CASCADE,  -- the document that was made of it
    lived_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_lived ON uploads (lived_at);
CREATE INDEX uploads_member ON uploads (member);
CREATE INDEX uploads_job ON uploads (job);

-- What a document that is not a PDF, or several files, was made from: kept beside it as it came.
CREATE TABLE sources (
    id         INTEGER PRIMARY KEY,
    job        INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place      INTEGER NOT NULL,                    -- from 0: their order in the document
    name       TEXT NOT NULL UNIQUE,                -- on the disk
    sha256     BLOB NOT NULL,
    bytes      INTEGER NOT NULL,
    kind       TEXT NOT NULL                        -- what was detected: docx, jpeg, …
) STRICT;
CREATE INDEX sources_job ON sources (job);

-- What is being made of a job's sources: NULL nothing, waiting, or why nothing can be.
ALTER TABLE jobs ADD COLUMN making TEXT;
CREATE INDEX jobs_waiting ON jobs (id) WHERE making = 'waiting';

-- # 7
-- Previews, by content: whoever brings the same document again sees what was made before. The files lie beside the documents.
CREATE TABLE previews (
    sha256      BLOB NOT NULL,
    engine      INTEGER NOT NULL,                   -- version of what converts; another one does not believe it
    state       TEXT NOT NULL,                      -- in-progress, complete, error
    description TEXT NOT NULL,                      -- JSON of document::description::Description
    bytes       INTEGER NOT NULL,                   -- of its files
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,                   -- in lived time, told once an hour at most
    PRIMARY KEY (sha256, engine)
) STRICT, WITHOUT ROWID;
CREATE INDEX previews_used ON previews (used_at);
CREATE INDEX sources_sha256 ON sources (sha256);

-- Keys that the device made for itself at its first start.
CREATE TABLE keys (
    name TEXT PRIMARY KEY,
    key  BLOB NOT NULL
) STRICT;
