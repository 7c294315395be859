CREATE TABLE edition (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    title TEXT NOT NULL,
    created TEXT NOT NULL,
    items INTEGER NOT NULL,
    document BLOB NOT NULL
);
CREATE TABLE item (
    edition INTEGER NOT NULL REFERENCES edition (id),
    identity TEXT NOT NULL,
    PRIMARY KEY (edition, identity)
) WITHOUT ROWID;
CREATE TABLE seen (identity TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES edition (id),
    day TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'refused')),
    reason TEXT NOT NULL DEFAULT '',
    changed TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX message_by_day ON message (day, recipient);
CREATE VIRTUAL TABLE search USING fts5 (
    dutch, english, edition UNINDEXED, number UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO edition VALUES (1, '2026-11-20', 'Test', '2026-11-20T07:00:00+01:00', 2, x'00');
INSERT INTO edition VALUES (2, '2026-11-21', 'Test', '2026-11-21T07:00:00+01:00', 1, x'00');
INSERT INTO edition VALUES (3, '2026-11-22', 'Test', '2026-11-22T07:00:00+01:00', 2, x'00');
INSERT INTO item VALUES (1, 'sent'), (1, 'both'), (2, 'refused'), (3, 'queued'), (3, 'both');
INSERT INTO seen VALUES ('sent', '2026-11-20T07:00:01+01:00'), ('both', '2026-11-20T07:00:01+01:00'),
    ('caught up', '2026-11-19T07:00:00+01:00');
INSERT INTO message VALUES
    (1, 1, '2026-11-20', 'n@x.org', 'B@X.org', 'sent', '', '2026-11-20T07:00:01+01:00', x'00'),
    (2, 1, '2026-11-20', 'n@x.org', 'c@x.org', 'refused', 'stopped while sending',
        '2026-11-21T07:00:00+01:00', x'00'),
    (3, 2, '2026-11-21', 'n@x.org', 'B@x.org', 'refused', 'no such user',
        '2026-11-21T07:00:01+01:00', x'00'),
    (4, 3, '2026-11-22', 'n@x.org', 'b@x.org', 'queued', 'greylisted',
        '2026-11-22T07:00:01+01:00', x'00'),
    (5, 3, '2026-11-22', 'n@x.org', 'c@x.org', 'sending', '', '2026-11-22T07:00:02+01:00', x'00'),
    (6, 1, '2026-11-20', 'n@x.org', 'd@x.org', 'refused', 'no such user',
        '2026-11-20T07:00:03+01:00', x'00');
INSERT INTO search VALUES ('De minister', 'The minister', 1, 1);
PRAGMA user_version = 1;
