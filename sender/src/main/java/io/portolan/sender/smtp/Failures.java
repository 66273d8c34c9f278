package io.portolan.sender.smtp;

import io.portolan.core.reply.Phase;
import io.portolan.sender.wire.NotReplyException;
import io.portolan.sender.wire.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** The kinds of failures, told from where they happened and from the class of their cause. */
final class Failures {
  private Failures() {}

  /**
   * The kind of a failure to connect. Linux: host unreachable, host and admin prohibited come as
   * {@link java.net.NoRouteToHostException}; net unreachable and prohibited as a plain {@link
   * SocketException}; port unreachable, which {@code REJECT} sends, as a refusal.
   */
  static FailureKind ofConnect(IOException e) {
    return switch (e) {
      case SocketTimeoutException _ -> FailureKind.CONNECT_TIMEOUT;
      case Dialer.LocalFaultException _ -> FailureKind.LOCAL_FAULT;
      // the JDK gives one class to ECONNREFUSED and ETIMEDOUT, and one to EACCES and EADDRNOTAVAIL;
      // what the C library calls them is all that is left to tell them apart
      case ConnectException _ ->
          says(e, "timed out") ? FailureKind.CONNECT_TIMEOUT : FailureKind.CONNECT_REFUSED;
      case BindException _ ->
          says(e, "denied") ? FailureKind.LOCAL_POLICY : FailureKind.LOCAL_FAULT;
      case SocketException _ when says(e, "not permitted") -> FailureKind.LOCAL_POLICY;
      // opened and reset before connect returned
      case SocketException _ when says(e, "reset") -> FailureKind.RESET;
      case NoRouteToHostException _ -> FailureKind.HOST_UNREACHABLE;
      default -> FailureKind.NO_ROUTE;
    };
  }

  /** The kind of a failure while a connection is made ready. */
  static FailureKind kind(Phase phase, IOException e, boolean timedOut) {
    if (e instanceof Wire.HandshakeException handshake) {
      return ofHandshake(handshake, timedOut);
    }
    boolean banner = phase == Phase.BANNER;
    if (timedOut) {
      return banner ? FailureKind.NO_BANNER : FailureKind.NO_ANSWER;
    }
    return switch (e) {
      case NotReplyException _ -> banner ? FailureKind.NOT_SMTP : FailureKind.PROTOCOL;
      case EOFException _ -> banner ? FailureKind.CLOSED_BEFORE_BANNER : FailureKind.CLOSED;
      default -> FailureKind.RESET;
    };
  }

  private static FailureKind ofHandshake(Wire.HandshakeException e, boolean timedOut) {
    if (e.heardPlaintext()) {
      return FailureKind.TLS_MODE_MISMATCH;
    }
    if (timedOut && e.heardNothing()) {
      return FailureKind.TLS_SILENT;
    }
    return hasCause(e, CertificateException.class)
        ? FailureKind.TLS_UNTRUSTED
        : FailureKind.TLS_FAILED;
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean says(IOException e, String words) {
    @Nullable String message = e.getMessage();
    return message != null && message.contains(words);
  }
}
