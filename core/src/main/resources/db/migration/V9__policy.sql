-- The local address that an attempt or a failed opening came from; '' for the host's own choice
ALTER TABLE attempt ADD COLUMN source text NOT NULL DEFAULT '';
ALTER TABLE path_failure ADD COLUMN source text NOT NULL DEFAULT '';

-- Why a delivery that waits was held when its turn came last; null when it was not
ALTER TABLE delivery ADD COLUMN held_because text;

-- How much of a limit was taken in the latest span of time, by all nodes together, which take it in blocks.
-- name: the row and path of a cap, such as 'gmail ses:587', or the lane of a limit on new sessions
CREATE TABLE policy_allowance (
    name       text        NOT NULL,
    span       text        NOT NULL CHECK (span IN ('m', 'h', 'd')),
    begins     timestamptz NOT NULL,                       -- of the span
    taken      integer     NOT NULL,
    last_block integer     NOT NULL,                       -- the latest block
    PRIMARY KEY (name, span)
) WITH (fillfactor = 70);
