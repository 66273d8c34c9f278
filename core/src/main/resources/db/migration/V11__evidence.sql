-- What a peer showed before a path failed: address, banner, EHLO lines, certificate, errno, milliseconds in each phase
ALTER TABLE path_failure ADD COLUMN evidence jsonb NOT NULL DEFAULT '{}';
