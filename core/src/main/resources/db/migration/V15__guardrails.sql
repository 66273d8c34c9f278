-- Sequential tests of running campaigns, and the holds that they end in.

-- A test of one guard; isp is '' for the whole campaign. Written in the transaction that records results, so that it is the same
-- for all nodes and after a crash. score: the cumulative sum, never below 0; up and down: what a hit and a miss add to it.
CREATE TABLE guard_test (
    campaign_id bigint           NOT NULL,
    isp         text             NOT NULL,
    guard       text             NOT NULL,                 -- hard-bounce, block, complaint
    trials      bigint           NOT NULL,
    hits        bigint           NOT NULL,
    score       double precision NOT NULL,
    total       double precision NOT NULL,                 -- the sum without a floor: far below 0 once the rate is known to be good
    up          double precision NOT NULL,
    down        double precision NOT NULL,
    started_at  timestamptz      NOT NULL,
    PRIMARY KEY (campaign_id, isp, guard)
) WITH (fillfactor = 70);

-- What a guard stopped, and who let it go on
CREATE TABLE campaign_hold (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id bigint           NOT NULL,
    isp         text             NOT NULL,                 -- '' for the whole campaign
    guard       text             NOT NULL,
    trials      bigint           NOT NULL,
    hits        bigint           NOT NULL,
    reason      text             NOT NULL,
    held_at     timestamptz      NOT NULL,
    released_at timestamptz,
    released_by text             NOT NULL DEFAULT '',
    note        text             NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX campaign_hold_open ON campaign_hold (campaign_id, isp) WHERE released_at IS NULL;
CREATE INDEX campaign_hold_campaign ON campaign_hold (campaign_id, id);
