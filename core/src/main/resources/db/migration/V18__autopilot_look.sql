-- When the autopilot last looked, and at what: one node looks for all, and nobody does while nothing has changed
CREATE TABLE autopilot_look (
    only_one   boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    looked_at  timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,                       -- when the facts were found to be others than before
    facts      text        NOT NULL                        -- a digest of the activation in force, the verdicts and the paths
);
INSERT INTO autopilot_look VALUES (true, 'epoch', 'epoch', '');
