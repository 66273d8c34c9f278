-- Time to accept by TLS mode too, so that two paths that differ in it alone are told apart. What was
-- counted before is of no known mode and counts for the ISP and the whole alone.
ALTER TABLE accept_time_rollup ADD COLUMN tls text NOT NULL DEFAULT '';
ALTER TABLE accept_time_rollup ALTER COLUMN tls DROP DEFAULT;
ALTER TABLE accept_time_rollup DROP CONSTRAINT accept_time_rollup_pkey;
ALTER TABLE accept_time_rollup ADD PRIMARY KEY (campaign_id, minute, isp, route, port, tls, bucket);
