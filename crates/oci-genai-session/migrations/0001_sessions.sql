-- One schema for SQLite and PostgreSQL. Times are milliseconds since the Unix epoch; documents are JSON text.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT UNIQUE,
    -- name, title and metadata in lower case, for searching
    search TEXT NOT NULL,
    -- the whole record
    document TEXT NOT NULL,
    generation BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    lease_holder TEXT,
    lease_fence BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE INDEX sessions_by_time ON sessions (updated_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE turns (
    session_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    turn_id TEXT NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (session_id, seq),
    UNIQUE (session_id, turn_id)
);

CREATE TABLE items (
    session_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    round BIGINT NOT NULL,
    direction TEXT NOT NULL,
    item_id TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (session_id, position)
);
CREATE INDEX items_by_turn ON items (session_id, turn);

CREATE TABLE effects (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    call_id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    output TEXT,
    PRIMARY KEY (session_id, turn, call_id)
);
