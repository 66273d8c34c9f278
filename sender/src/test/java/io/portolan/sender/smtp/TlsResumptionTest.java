package io.portolan.sender.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.policy.TlsVersion;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A further session with a host resumes the TLS session of the one before (RFC 8446 section 2.2),
 * and is as old as that one.
 */
class TlsResumptionTest {
  private SmtpScene scene;

  @BeforeEach
  void open() throws IOException {
    scene = new SmtpScene();
  }

  @AfterEach
  void close() throws IOException {
    scene.close();
  }

  @Test
  void resumesWhatWasVerifiedUnderTheSameTrustAlone() throws Exception {
    TlsTrust trust = TlsTrust.ofPlatformAnd(List.of(scene.network.certificates().authority()));

    SSLSession first = session(trust, true);
    long later = first.getCreationTime();
    Eventually.holds("the clock moves on", () -> System.currentTimeMillis() > later);

    assertThat(session(trust, true).getCreationTime()).isEqualTo(first.getCreationTime());
    assertThat(session(trust, false).getCreationTime())
        .as("a session whose certificate was not verified")
        .isGreaterThan(first.getCreationTime());
    assertThat(scene.server.statistics().connections().tlsFailures()).isZero();
  }

  private SSLSession session(TlsTrust trust, boolean verified) throws Exception {
    InetAddress address = scene.server.address();
    Wire wire =
        new Wire(scene.network.dial(address.getHostAddress(), 465, SmtpScene.LONG), scene.watch);
    try {
      wire.within(SmtpScene.LONG);
      InetAddress peer = InetAddress.getByAddress(SmtpScene.HOST, address.getAddress());
      wire.secure(trust.context(verified), peer, verified, TlsVersion.TLS_1_2);
      wire.within(SmtpScene.LONG);
      assertThat(wire.read().code()).isEqualTo(220);
      return wire.tls().orElseThrow().getSession();
    } finally {
      wire.closeWithin(Duration.ofSeconds(5));
    }
  }
}
