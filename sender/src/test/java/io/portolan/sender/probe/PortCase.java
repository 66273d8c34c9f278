package io.portolan.sender.probe;

/**
 * The ways in which a port or a peer fails, each with what Portolan calls it: a kind of path
 * failure, or what became of the session. The page docs/port-cases.md says the same.
 */
enum PortCase {
  SYN_DROPPED(1, "connect-timeout"),
  SYN_RESET(2, "connect-refused"),
  HOST_PROHIBITED(3, "host-unreachable"),
  NET_PROHIBITED(4, "no-route"),
  LOCAL_RULES(5, "local-policy"),
  NO_ADDRESS(6, "dns"),
  TARPIT(7, "no-banner"),
  CLOSED_BEFORE_BANNER(8, "closed-before-banner"),
  RESET_BEFORE_BANNER(9, "reset"),
  BANNER_REFUSES(10, "refused at BANNER"),
  FOREIGN_BANNER(11, "opened, with a foreign name"),
  MASKED_BANNER(12, "masked"),
  STARTTLS_STRIPPED(13, "tls-not-offered"),
  STARTTLS_REFUSED(14, "tls-refused, or refused at TLS"),
  HANDSHAKE_CUT(15, "tls-failed"),
  FOREIGN_CERTIFICATE(16, "tls-untrusted"),
  OTHER_TLS_MODE(17, "tls-mode-mismatch"),
  SILENT_HANDSHAKE(18, "tls-silent"),
  NO_LISTENER(19, "connect-refused"),
  LOGIN_REFUSED(20, "refused at AUTH"),
  THROTTLED(21, "replied 421 at MAIL"),
  RATE_LIMITED(22, "connect-timeout now and then"),
  HTTP_BANNER(23, "not-smtp"),
  SILENT_AFTER_DOT(24, "unknown, no answer"),
  CLOSED_AFTER_DOT(25, "unknown, closed"),
  LARGE_PACKETS_LOST(26, "data-stalled");

  private final int number;
  private final String answer;

  PortCase(int number, String answer) {
    this.number = number;
    this.answer = answer;
  }

  int number() {
    return number;
  }

  /** What Portolan calls it. */
  String answer() {
    return answer;
  }
}
