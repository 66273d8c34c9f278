-- The pace of each platform, or domain of no known ISP, that throttled us. No row: the policy's limits hold.
-- What holds at a moment follows from these times by arithmetic, so that nodes agree without writing
CREATE TABLE platform_pace (
    lane        text             PRIMARY KEY,
    rate        double precision NOT NULL,                 -- messages a second at resumes_at
    connections integer          NOT NULL,                 -- at resumes_at
    reached     double precision NOT NULL,                 -- the rate at which it was throttled last
    peak        double precision NOT NULL,                 -- the highest such rate since it was slowed down first
    barren      integer          NOT NULL,                 -- bursts in a row without a message taken between
    slowed_at   timestamptz      NOT NULL,
    resumes_at  timestamptz      NOT NULL,
    reply       text             NOT NULL
);

-- How paces came about; a rate that is null is none
CREATE TABLE platform_pace_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz      NOT NULL,
    lane       text             NOT NULL,
    kind       text             NOT NULL CHECK (kind IN ('slowed', 'cooled-longer', 'recovered')),
    from_rate  double precision,
    to_rate    double precision,
    resumes_at timestamptz,
    reply      text             NOT NULL,
    node       text             NOT NULL
);
CREATE INDEX platform_pace_change_lane ON platform_pace_change (lane, id);

-- The days on which a source in warm-up sent to a platform, and at which step of its scheme
CREATE TABLE warm_up_day (
    source   text    NOT NULL,                             -- route, and address if it has one
    platform text    NOT NULL,
    begun    date    NOT NULL,                             -- of the warm-up, by the policy
    day      date    NOT NULL,                             -- UTC
    step     integer NOT NULL,                             -- from 0
    reason   text    NOT NULL,                             -- why it is this step
    PRIMARY KEY (source, platform, begun, day)
);
