package io.portolan.core.policy;

import java.time.Duration;

/**
 * The deadline of each phase of a session. The defaults are the minimum times of RFC 5321 section
 * 4.5.3.2, save connect and TLS, which it leaves open.
 *
 * @param connect TCP connect
 * @param tls TLS handshake
 * @param greeting from connect to the whole banner
 * @param command EHLO, STARTTLS, AUTH, MAIL, RCPT: from the command to the whole reply
 * @param data from DATA to its reply, and each block of the message
 * @param dot from the end of data to its reply
 */
public record Timeouts(
    Duration connect,
    Duration tls,
    Duration greeting,
    Duration command,
    Duration data,
    Duration dot) {
  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(3),
          Duration.ofMinutes(10));

  public Timeouts {
    for (Duration each : new Duration[] {connect, tls, greeting, command, data, dot}) {
      if (!each.isPositive()) {
        throw new IllegalArgumentException("a timeout must be positive: " + each);
      }
    }
  }
}
