package io.portolan.sender.simulation;

/** A point of an SMTP dialogue at which a simulated server can be told to behave otherwise. */
public enum ServerPhase {
  /**
   * The connection was accepted; nothing was said, and on an implicit TLS port no handshake began.
   */
  CONNECT,
  /** A TLS handshake is about to begin, on an implicit TLS port or after the 220 to STARTTLS. */
  HANDSHAKE,
  /** The greeting is due. */
  BANNER,
  /** EHLO or HELO was read. */
  EHLO,
  /** STARTTLS was read. */
  STARTTLS,
  /** AUTH and the credentials were read. */
  AUTH,
  /** A well-formed MAIL was read. */
  MAIL,
  /** A well-formed RCPT was read. */
  RCPT,
  /** DATA was read and at least one recipient stands. */
  DATA,
  /** 354 was sent and the first bytes of the message arrived. */
  BODY,
  /** The end of data was read; the answer that takes responsibility is due. */
  DOT,
  /** RSET was read. */
  RSET,
  /** NOOP was read. */
  NOOP,
  /** QUIT was read. */
  QUIT
}
