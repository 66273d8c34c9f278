package io.portolan.core.dnshealth;

import java.time.Instant;

/**
 * The latest finding of a check.
 *
 * @param known the last status that was not {@link DnsStatus#UNKNOWN}; that while there was none
 * @param since when {@code known} began
 */
public record StoredFinding(
    DnsFinding finding, DnsStatus known, Instant since, Instant checkedAt, String node) {}
