package io.portolan.api.webhook;

import java.util.Optional;

/**
 * A way in for one relay's events.
 *
 * @param name the last part of its URL
 * @param secret a reference to what the vendor signs with or logs in with, {@code env:NAME} or
 *     {@code file:PATH}; empty for SES alone
 * @param topic the ARN of the topic of SNS; empty for all but SES
 * @param relay whose events it brings; empty for the relays of the vendor's own hosts, and of the
 *     generic one for those of all others
 */
public record Webhook(
    String name, Vendor vendor, String secret, String topic, Optional<String> relay) {}
