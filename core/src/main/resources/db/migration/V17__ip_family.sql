-- Health by IP family: a path may get through by one and not by the other. '' stands for the path as mail takes it.
ALTER TABLE path_health ADD COLUMN family text NOT NULL DEFAULT '' CHECK (family IN ('', 'ipv4', 'ipv6'));
ALTER TABLE path_health DROP CONSTRAINT path_health_network_source_route_target_port_tls_key;
ALTER TABLE path_health ADD UNIQUE (network, source, route, target, port, tls, family);
ALTER TABLE path_transition ADD COLUMN family text NOT NULL DEFAULT '';
