package io.portolan.sender.probe;

import static io.portolan.sender.probe.AddressFamily.IPV4;
import static io.portolan.sender.probe.AddressFamily.IPV6;
import static io.portolan.sender.probe.TestingRound.answered;
import static io.portolan.sender.probe.TestingRound.banner;
import static io.portolan.sender.probe.TestingRound.certificate;
import static io.portolan.sender.probe.TestingRound.failed;
import static io.portolan.sender.probe.TestingRound.failedAt;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.sender.probe.ProbeResult.Failed;
import io.portolan.sender.probe.ProbeResult.Ready;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.PeerEvidence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether somebody else answers in the place of the hosts that were asked. */
class PortInterceptionTest {
  private final TestingRound looks = new TestingRound();

  @Test
  void tellsWhoRefusesInThePlaceOfSeveralOperators() {
    looks.control("gmail", 25, IPV4, answered(554), banner("relay.hotel.example no mail, id 1"));
    looks.control("gmx", 25, IPV4, answered(554), banner("relay.hotel.example no mail, id 2"));
    looks.want(25, answered(554));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
    assertThat(PortJudge.ofHost(25, true, looks.round())).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @Test
  void tellsTheSameBannerInThePlaceOfSeveralOperators() {
    looks.control("gmail", 25, IPV4, new Ready(), banner("relay.hotel.example ESMTP"));
    looks.control("gmx", 25, IPV4, new Ready(), banner("relay.hotel.example ESMTP"));
    looks.control("yahoo", 25, IPV4, new Ready(), banner("mta.yahoo ESMTP"));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @Test
  void tellsTheSameBannerWithoutANameInThePlaceOfSeveralOperators() {
    looks.control("gmail", 25, IPV4, new Ready(), banner("mailgw ESMTP"));
    looks.control(
        "gmx", 25, IPV4, failedAt(Phase.EHLO, FailureKind.NO_ANSWER), banner("mailgw ESMTP"));
    looks.control("yahoo", 25, IPV4, new Ready(), banner("mta.yahoo ESMTP"));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @Test
  void takesABannerThatAFirewallMasksForNobodys() {
    PeerEvidence masked =
        new PeerEvidence(
            "*******",
            List.of(),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    looks.control("gmail", 25, IPV4, failedAt(Phase.TLS, FailureKind.MASKED), masked);
    looks.control("gmx", 25, IPV4, failedAt(Phase.TLS, FailureKind.MASKED), masked);

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.TLS_STRIPPED);
  }

  @Test
  void takesWhatARefusalCitesForNobodysName() {
    String listed = "Blocked, see www.blocklist.example/query/192.0.2.1";
    looks.control("gmail", 25, IPV4, answered(554), banner(listed));
    looks.control("gmx", 25, IPV4, answered(554), banner(listed));
    looks.control("yahoo", 25, IPV4, answered(554), banner("mta.yahoo.test " + listed));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void believesTlsOfTheHostsOwnNameWhateverTheControlsSay() {
    looks.control("google", 587, IPV4, answered(554), banner("relay.hotel.example no"));
    looks.control("sendgrid", 587, IPV4, answered(554), banner("relay.hotel.example no"));
    looks.want(587, new Ready());

    assertThat(looks.ofPort(587)).isEqualTo(PortVerdict.INTERCEPTED);
    assertThat(PortJudge.ofHost(587, true, looks.round())).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void believesNoSessionInClearWhereOthersAreIntercepted() {
    looks.control("google", 587, IPV4, answered(554), banner("relay.hotel.example no"));
    looks.control("sendgrid", 587, IPV4, answered(554), banner("relay.hotel.example no"));
    looks.want(587, TlsMode.NONE, "192.0.2.1", new Ready());

    assertThat(PortJudge.ofHost(587, true, looks.round())).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @Test
  void suspectsNobodyOfOneNameBehindTrustedCertificates() {
    looks.control("google", 587, IPV4, new Ready(), banner("mx.shared.example ESMTP"));
    looks.control("sendgrid", 587, IPV4, new Ready(), banner("mx.shared.example ESMTP"));

    assertThat(looks.ofPort(587)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void suspectsNobodyOfOneOperatorsManyHosts() {
    looks.control("gmail", 25, IPV4, new Ready(), banner("mx.google.com ESMTP"));
    looks.control("gmail", 25, IPV6, new Ready(), banner("mx.google.com ESMTP"));
    looks.control("gmx", 25, IPV4, new Ready(), banner("gmx.net ESMTP"));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsTheSameCertificateInThePlaceOfSeveralOperators() {
    Failed untrusted = new Failed(Phase.TLS, FailureKind.TLS_UNTRUSTED, "untrusted");
    looks.control("google", 465, IPV4, untrusted, certificate("aa"));
    looks.control("sendgrid", 465, IPV4, untrusted, certificate("aa"));
    looks.control("mailgun", 465, IPV4, new Ready(), certificate("bb"));

    assertThat(looks.ofPort(465)).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"NOT_SMTP", "CLOSED_BEFORE_BANNER", "NO_BANNER"})
  void tellsWhoAcceptsEverythingAndIsNoMailHost(FailureKind kind) {
    looks.controls(25, IPV4, failed(kind), "gmail", "gmx");

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
  }
}
