package io.portolan.sender.mailbox;

import io.portolan.sender.wire.DeadlineWatch;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;

/**
 * How sessions with mail servers are opened: with verified names, and each for so long and no
 * longer, whatever the server does. Socket timeouts alone bound single reads, so that a server that
 * drips would hold a poll without end.
 *
 * @param verifying makes the TLS sockets
 * @param watch closes the connection of a session that takes too long
 * @param longest time for a whole session
 */
record MailSessions(SSLSocketFactory verifying, DeadlineWatch watch, Duration longest) {
  /** Enough for what one poll reads. */
  static final Duration LONGEST = Duration.ofMinutes(15);

  /** Begins a session: its time runs from now. */
  MailSession begin() {
    return new MailSession(this);
  }
}
