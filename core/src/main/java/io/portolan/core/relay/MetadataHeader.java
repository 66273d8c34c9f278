package io.portolan.core.relay;

import java.util.Arrays;
import java.util.Optional;

/**
 * A header field by which a relay service is given data of the sender's about a message, which it
 * takes off before it sends the message on and repeats in its events. The services that have one
 * here replace the return path, so that bounces go to them; and of all their events nothing else
 * leads to a delivery, for they replace the Message-ID as well or repeat it in some events only.
 */
public enum MetadataHeader {
  /**
   * Names of up to 20 characters, values of up to 80
   * (postmarkapp.com/support/article/1125-custom-metadata-faq).
   */
  POSTMARK("Postmark", "X-PM-Metadata-" + MetadataHeader.NAME + ": ", ""),
  /** An object of JSON, of up to 1,000 bytes (developers.sparkpost.com/api/smtp). */
  SPARKPOST("SparkPost", "X-MSYS-API: {\"metadata\":{\"" + MetadataHeader.NAME + "\":\"", "\"}}"),
  /**
   * An object of JSON whose lines are short. Events of deliveries have the Message-ID besides,
   * complaints and unsubscriptions need not (twilio.com/docs/sendgrid, Event Webhook Reference).
   */
  SENDGRID("SendGrid", "X-SMTPAPI: {\"unique_args\":{\"" + MetadataHeader.NAME + "\":\"", "\"}}");

  /** The name of our value among the metadata of a message. */
  public static final String NAME = "portolan";

  private final String service;
  private final String before;
  private final String after;

  MetadataHeader(String service, String before, String after) {
    this.service = service;
    this.before = before;
    this.after = after;
  }

  /** That of the service that runs a relay's host, if it is known and has one. */
  public static Optional<MetadataHeader> ofHost(String host) {
    return KnownRelay.of(host)
        .flatMap(
            known ->
                Arrays.stream(values())
                    .filter(header -> header.service.equals(known.service()))
                    .findFirst());
  }

  /**
   * The field, ended by CRLF.
   *
   * @param token letters and digits, 32 of them
   */
  public String line(String token) {
    return before + token + after + "\r\n";
  }
}
