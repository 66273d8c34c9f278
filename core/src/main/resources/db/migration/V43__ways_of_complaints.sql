-- From which ISPs, and by which ways of mail, complaints have ever come: only there is their absence good news. Few rows of many.
CREATE INDEX result_hour_complaint ON result_hour (isp, platform, route) WHERE outcome = 'complaint';
