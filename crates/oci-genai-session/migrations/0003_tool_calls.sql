-- Effects are known by where in the turn the call stands: `place` is `round/position`, or `id:` and the call's id for those
-- of older versions, which did not note it.
ALTER TABLE effects RENAME TO effects_by_call_id;
CREATE TABLE effects (
    session_id TEXT NOT NULL,
    turn BIGINT NOT NULL,
    place TEXT NOT NULL,
    call_id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    output TEXT,
    PRIMARY KEY (session_id, turn, place)
);
INSERT INTO effects (session_id, turn, place, call_id, name, state, output)
    SELECT session_id, turn, 'id:' || call_id, call_id, name, state, output FROM effects_by_call_id;
DROP TABLE effects_by_call_id;
