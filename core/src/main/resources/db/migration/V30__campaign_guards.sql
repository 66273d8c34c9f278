-- Limits of guardrails that a campaign sets for itself; what is missing is as configured
ALTER TABLE campaign ADD COLUMN guards jsonb NOT NULL DEFAULT '{}';
