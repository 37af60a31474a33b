-- A store as the first schema left it: one session with one turn.
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

CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
VALUES (1, 'sessions', TRUE, x'da5cee9a99efede9c50c752610b304d96cad5a1ec4b6814dfeeae7032bad99263f7feeda48cfd7339e6be5766c0ac221', 1);

INSERT INTO sessions VALUES ('ses_0123456789abcdef0123456789abcdef', 'offsite', 'offsite
topic
offsite', '{"id":"ses_0123456789abcdef0123456789abcdef","name":"offsite","memory":"conversation","conversation_id":"conv_ord_1","last_response_id":"resp_1","anchor":"msg_2","title":null,"metadata":{"topic":"offsite"},"defaults":{"model":"some.model"},"summary":null,"window_start":0,"origin":null,"generation":1,"next_turn":2,"next_position":2,"open_turn":null,"turns":1,"usage":{"input":30,"output":12},"created_at":1700000000000,"updated_at":1700000000500,"expires_at":null}', 2, 1700000000500, NULL, NULL, 1, 1700000010000);
INSERT INTO turns VALUES ('ses_0123456789abcdef0123456789abcdef', 1, 'first', 'committed', '{"seq":1,"turn_id":"first","state":"committed","round":0,"base":null,"anchor":"msg_2","response_id":"resp_1","pending_response_id":null,"request":{},"incomplete":null,"error":null,"recoveries":[],"usage":{"input":30,"output":12},"created_at":1700000000000,"updated_at":1700000000500}');
INSERT INTO items VALUES ('ses_0123456789abcdef0123456789abcdef', 0, 1, 0, 'input', NULL, '{"type":"message","role":"user","content":[{"type":"input_text","text":"Give me three ideas."}]}');
INSERT INTO items VALUES ('ses_0123456789abcdef0123456789abcdef', 1, 1, 0, 'output', 'msg_2', '{"id":"msg_2","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hike, sail, cook.","annotations":[]}]}');
INSERT INTO effects VALUES ('ses_0123456789abcdef0123456789abcdef', 1, 'call_1', 'weather', 'done', '"rain"');
