-- Reputation is reported at set times as well
ALTER TABLE report_schedule DROP CONSTRAINT report_schedule_report_check;
ALTER TABLE report_schedule ADD CONSTRAINT report_schedule_report_check
    CHECK (report IN ('campaign', 'all', 'isp', 'ports', 'reputation'));
