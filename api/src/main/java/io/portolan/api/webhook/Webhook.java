package io.portolan.api.webhook;

/**
 * A way in for one relay's events.
 *
 * @param name the last part of its URL
 * @param secret a reference to what the vendor signs with or logs in with, {@code env:NAME} or
 *     {@code file:PATH}; empty for SES alone
 * @param topic the ARN of the topic of SNS; empty for all but SES
 */
public record Webhook(String name, Vendor vendor, String secret, String topic) {}
