package io.portolan.core.progress;

import java.time.Instant;

/**
 * A path that could not be opened, as people see it.
 *
 * @param kind such as connect-timeout
 * @param detail what the host or the kernel said
 */
public record FailureView(
    Instant at,
    int policyVersion,
    String route,
    int port,
    String tls,
    String source,
    String host,
    String phase,
    String kind,
    String detail) {}
