package io.portolan.sender.simulation;

import java.util.List;

/**
 * A reply of a simulated server: code, enhanced status code (empty where the reply has none), text
 * lines.
 *
 * @param enhanced such as {@code 5.7.1}, or empty
 */
public record ServerReply(int code, String enhanced, List<String> lines) {
  static final ServerReply OK = ServerReply.of(250, "2.0.0", "Ok");
  static final ServerReply SENDER_OK = ServerReply.of(250, "2.1.0", "Ok");
  static final ServerReply RECIPIENT_OK = ServerReply.of(250, "2.1.5", "Ok");
  static final ServerReply GO_AHEAD = ServerReply.plain(354, "End data with <CR><LF>.<CR><LF>");
  static final ServerReply BYE = ServerReply.of(221, "2.0.0", "Bye");
  static final ServerReply TLS_READY = ServerReply.of(220, "2.0.0", "Ready to start TLS");
  static final ServerReply AUTHENTICATED =
      ServerReply.of(235, "2.7.0", "Authentication successful");
  static final ServerReply BAD_CREDENTIALS =
      ServerReply.of(535, "5.7.8", "Authentication credentials invalid");
  static final ServerReply BAD_SYNTAX = ServerReply.of(501, "5.5.4", "Syntax error in parameters");
  static final ServerReply BAD_ADDRESS = ServerReply.of(501, "5.1.3", "Bad address syntax");
  static final ServerReply BAD_SEQUENCE = ServerReply.of(503, "5.5.1", "Bad sequence of commands");
  static final ServerReply NOT_IMPLEMENTED =
      ServerReply.of(502, "5.5.1", "Command not implemented");
  static final ServerReply UNKNOWN_COMMAND = ServerReply.of(500, "5.5.2", "Command not recognized");
  static final ServerReply LINE_TOO_LONG = ServerReply.of(500, "5.5.2", "Line too long");

  public ServerReply {
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException("An SMTP reply code lies in 200..599, not " + code);
    }
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("A reply has at least one line");
    }
  }

  public static ServerReply of(int code, String enhanced, String... lines) {
    return new ServerReply(code, enhanced, List.of(lines));
  }

  /** A reply without enhanced status code, as banners and EHLO replies are. */
  public static ServerReply plain(int code, String... lines) {
    return new ServerReply(code, "", List.of(lines));
  }

  boolean positive() {
    return code < 400;
  }

  /** The reply as it goes over the wire, RFC 5321 section 4.2.1. */
  String encode(boolean withEnhanced) {
    StringBuilder text = new StringBuilder(32 + 64 * lines.size());
    for (int i = 0; i < lines.size(); i++) {
      text.append(code).append(i + 1 < lines.size() ? '-' : ' ');
      if (withEnhanced && !enhanced.isEmpty()) {
        text.append(enhanced).append(' ');
      }
      text.append(lines.get(i)).append("\r\n");
    }
    return text.toString();
  }
}
