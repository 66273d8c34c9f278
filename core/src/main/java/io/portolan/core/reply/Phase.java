package io.portolan.core.reply;

/** How far an SMTP conversation came. */
public enum Phase {
  DNS,
  CONNECT,
  BANNER,
  EHLO,
  TLS,
  AUTH,
  MAIL,
  RCPT,
  DATA,
  /** From the end of data to its reply. */
  DOT
}
