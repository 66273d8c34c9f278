package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  /** The exceptions and texts of the JDK on Linux, as measured. */
  static Stream<Arguments> connectFailures() {
    return Stream.of(
        Arguments.of(new SocketTimeoutException("Connect timed out"), FailureKind.CONNECT_TIMEOUT),
        Arguments.of(new ConnectException("Connection timed out"), FailureKind.CONNECT_TIMEOUT),
        Arguments.of(new ConnectException("Connection refused"), FailureKind.CONNECT_REFUSED),
        Arguments.of(new NoRouteToHostException("No route to host"), FailureKind.HOST_UNREACHABLE),
        Arguments.of(new SocketException("Network is unreachable"), FailureKind.NO_ROUTE),
        Arguments.of(new SocketException("Connection reset by peer"), FailureKind.RESET),
        Arguments.of(new BindException("Permission denied"), FailureKind.LOCAL_POLICY),
        Arguments.of(new SocketException("Operation not permitted"), FailureKind.LOCAL_POLICY),
        Arguments.of(new BindException("Cannot assign requested address"), FailureKind.LOCAL_FAULT),
        Arguments.of(
            new Dialer.LocalFaultException("cannot make a socket", new IOException("EMFILE")),
            FailureKind.LOCAL_FAULT));
  }

  @ParameterizedTest
  @MethodSource("connectFailures")
  void tellsWhyAConnectFailed(IOException e, FailureKind kind) {
    assertThat(Failures.ofConnect(e)).isEqualTo(kind);
  }

  @Test
  void aRefusalByTheKernelIsToldAsSuch() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, loopback)) {
      port = closed.getLocalPort();
    }
    assertThat(kindOfDial(new SocketDialer(), loopback.getHostAddress(), port))
        .isEqualTo(FailureKind.CONNECT_REFUSED);
  }

  @Test
  void aSourceAddressThatIsNotOursIsALocalFault() {
    SocketDialer dialer = new SocketDialer(InetAddress.ofLiteral("192.0.2.77"));
    assertThat(kindOfDial(dialer, "127.0.0.1", 25)).isEqualTo(FailureKind.LOCAL_FAULT);
  }

  private static FailureKind kindOfDial(Dialer dialer, String address, int port) {
    try (var socket = dialer.dial(address, port, Duration.ofSeconds(10))) {
      throw new AssertionError("connected to " + socket);
    } catch (IOException e) {
      return Failures.ofConnect(e);
    }
  }

  @Test
  void kindsHaveNamesForTables() {
    assertThat(FailureKind.CONNECT_TIMEOUT.id()).isEqualTo("connect-timeout");
    assertThat(FailureKind.TLS_MODE_MISMATCH.id()).isEqualTo("tls-mode-mismatch");
  }

  /** The evidence column of the classification table: only these leave a path. */
  @Test
  void someKindsBlockThePath() {
    assertThat(
            Arrays.stream(FailureKind.values())
                .filter(kind -> !kind.blocksPath())
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            FailureKind.DNS,
            FailureKind.LOCAL_FAULT,
            FailureKind.NO_BANNER,
            FailureKind.CLOSED_BEFORE_BANNER,
            FailureKind.RESET,
            FailureKind.AUTH_NOT_OFFERED,
            FailureKind.NO_ANSWER,
            FailureKind.CLOSED,
            FailureKind.PROTOCOL,
            FailureKind.SESSION_REFUSED,
            FailureKind.SESSION_TIMEOUT,
            FailureKind.SESSION_LOST,
            FailureKind.DATA_STALLED);
  }
}
