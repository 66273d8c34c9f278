package io.portolan.sender.exchange;

/** What SMTP carries (RFC 5321 section 2.3.1). */
public record Mail(Envelope envelope, Content content) {}
