package io.portolan.core.progress;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A path that could not be opened, as people see it.
 *
 * @param kind such as connect-timeout
 * @param detail what the host or the kernel said
 * @param evidence what the peer showed before, as far as it came: address, errno, banner,
 *     extensions, certificate, milliseconds in each phase
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
    String detail,
    JsonNode evidence) {}
