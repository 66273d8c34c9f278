package io.portolan.sender.probe;

import static io.portolan.sender.probe.AddressFamily.IPV4;
import static io.portolan.sender.probe.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.probe.ProbeResult.Answered;
import io.portolan.sender.probe.ProbeResult.Failed;
import io.portolan.sender.probe.ProbeResult.Finding;
import io.portolan.sender.probe.ProbeResult.Ready;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.PeerCertificate;
import io.portolan.sender.smtp.PeerEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PortJudgeTest {
  private final List<ProbeResult> controls = new ArrayList<>();
  private final List<ProbeResult> wanted = new ArrayList<>();
  private final List<ProbeResult> positive = new ArrayList<>();

  @Test
  void callsAPortOpenThatGetsThroughWhateverThePeersSay() {
    control("gmail", 25, IPV4, new Ready());
    control("gmx", 25, IPV4, answered(554));
    control("yahoo", 25, IPV4, answered(421));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"CONNECT_TIMEOUT", "CONNECT_REFUSED", "NO_ROUTE", "RESET", "TLS_SILENT"})
  void callsAPortBlockedThatIsStoppedEverywhereWhileAnotherGetsOut(FailureKind kind) {
    controls(25, IPV4, failed(kind), "gmail", "gmx", "yahoo");
    positive(IPV4, new Ready());

    assertThat(ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
  }

  @Test
  void takesAnotherMailPortForASignThatSomethingGetsOut() {
    controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    controls(587, IPV4, new Ready(), "gmail", "sendgrid");

    assertThat(ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
    assertThat(ofPort(587)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void blamesNoPortWhenNothingGetsOut() {
    controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    positive(IPV4, failed(FailureKind.CONNECT_TIMEOUT));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.EGRESS_DOWN);
  }

  @Test
  void judgesNoPortByOneOperator() {
    control("gmail", 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));
    control("gmail", 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));
    positive(IPV4, new Ready());

    assertThat(ofPort(25)).isEqualTo(PortVerdict.INCONCLUSIVE);
  }

  @Test
  void judgesNoPortByHostsWithoutAnAddress() {
    controls(25, IPV4, failed(FailureKind.DNS), "gmail", "gmx", "yahoo");
    positive(IPV4, new Ready());

    assertThat(ofPort(25)).isEqualTo(PortVerdict.INCONCLUSIVE);
    assertThat(words(25)).contains("Look at the DNS first.");
  }

  @ParameterizedTest
  @CsvSource({"3, 1, OPEN", "2, 2, OPEN", "1, 3, INCONCLUSIVE"})
  void needsHalfOfTheOperators(int open, int dropped, PortVerdict verdict) {
    for (int i = 0; i < open; i++) {
      control("open" + i, 25, IPV4, new Ready());
    }
    for (int i = 0; i < dropped; i++) {
      control("dropped" + i, 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));
    }

    assertThat(ofPort(25)).isEqualTo(verdict);
  }

  @Test
  void tellsABlockOfIpv6Alone() {
    controls(25, IPV4, new Ready(), "gmail", "gmx");
    controls(25, IPV6, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    positive(IPV6, new Ready());

    assertThat(ofPort(25)).isEqualTo(PortVerdict.IPV6_ONLY);
  }

  @Test
  void blamesNoPortForAHostWithoutIpv6() {
    controls(25, IPV4, new Ready(), "gmail", "gmx");
    controls(25, IPV6, failed(FailureKind.NO_ROUTE), "gmail", "gmx");
    positive(IPV6, failed(FailureKind.NO_ROUTE));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void judgesAHostOfIpv6AloneByIpv6() {
    controls(25, IPV4, failed(FailureKind.NO_ROUTE), "gmail", "gmx");
    controls(25, IPV6, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    positive(IPV6, new Ready());

    assertThat(ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
  }

  @Test
  void letsIpv6DecideNothingWhereIpv4GetsOut() {
    control("gmail", 25, IPV4, new Ready());
    controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmx", "yahoo", "web");
    controls(25, IPV6, failed(FailureKind.NO_ROUTE), "gmail", "gmx");
    assertThat(ofPort(25)).as("without IPv6 here").isEqualTo(PortVerdict.INCONCLUSIVE);

    positive(IPV6, new Ready());
    assertThat(ofPort(25)).as("with IPv6 here").isEqualTo(PortVerdict.INCONCLUSIVE);
  }

  @Test
  void tellsWhoRefusesInThePlaceOfSeveralOperators() {
    control("gmail", 25, IPV4, answered(554), banner("relay.hotel.example no mail, id 1"));
    control("gmx", 25, IPV4, answered(554), banner("relay.hotel.example no mail, id 2"));
    want(25, answered(554));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
    assertThat(PortJudge.ofHost(25, true, round())).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @Test
  void tellsThisHostsOwnRulesFromTheNetworks() {
    control("gmail", 25, IPV4, failed(FailureKind.LOCAL_POLICY));
    control("gmx", 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.LOCAL_POLICY);
  }

  @Test
  void tellsTheSameBannerInThePlaceOfSeveralOperators() {
    control("gmail", 25, IPV4, new Ready(), banner("relay.hotel.example ESMTP"));
    control("gmx", 25, IPV4, new Ready(), banner("relay.hotel.example ESMTP"));
    control("yahoo", 25, IPV4, new Ready(), banner("mta.yahoo ESMTP"));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @Test
  void suspectsNobodyOfOneOperatorsManyHosts() {
    control("gmail", 25, IPV4, new Ready(), banner("mx.google.com ESMTP"));
    control("gmail", 25, IPV6, new Ready(), banner("mx.google.com ESMTP"));
    control("gmx", 25, IPV4, new Ready(), banner("gmx.net ESMTP"));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void tellsTheSameCertificateInThePlaceOfSeveralOperators() {
    Failed untrusted = new Failed(Phase.TLS, FailureKind.TLS_UNTRUSTED, "untrusted");
    control("google", 465, IPV4, untrusted, certificate("aa"));
    control("sendgrid", 465, IPV4, untrusted, certificate("aa"));
    control("mailgun", 465, IPV4, new Ready(), certificate("bb"));

    assertThat(ofPort(465)).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"NOT_SMTP", "CLOSED_BEFORE_BANNER", "NO_BANNER"})
  void tellsWhoAcceptsEverythingAndIsNoMailHost(FailureKind kind) {
    controls(25, IPV4, failed(kind), "gmail", "gmx");

    assertThat(ofPort(25)).isEqualTo(PortVerdict.INTERCEPTED);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"TLS_NOT_OFFERED", "MASKED", "TLS_REFUSED"})
  void tellsThatTlsIsTakenOut(FailureKind kind) {
    controls(25, IPV4, failed(kind), "gmail", "gmx", "yahoo");

    assertThat(ofPort(25)).isEqualTo(PortVerdict.TLS_STRIPPED);
  }

  @Test
  void leavesOneServerWithoutTlsToItself() {
    control("gmail", 25, IPV4, new Ready());
    control("gmx", 25, IPV4, new Ready());
    control("yahoo", 25, IPV4, failed(FailureKind.TLS_NOT_OFFERED));

    assertThat(ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  /** The two by two of controls and the host's other port. */
  @ParameterizedTest
  @CsvSource({
    "open,    open,    NO_LISTENER",
    "open,    dropped, TARGET_DOWN",
    "dropped, open,    PORT_BLOCKED",
    "dropped, dropped, PORT_BLOCKED"
  })
  void judgesAHostByControlsAndItsOtherPort(
      String atControls, String otherPort, PortVerdict verdict) {
    controls(465, IPV4, finding(atControls), "google", "sendgrid");
    positive(IPV4, new Ready());
    want(465, failed(FailureKind.CONNECT_TIMEOUT));
    want(587, finding(otherPort));

    assertThat(PortJudge.ofHost(465, true, round())).isEqualTo(verdict);
  }

  @Test
  void knowsThatAServiceNeverHadThePort() {
    controls(465, IPV4, new Ready(), "google", "sendgrid");
    want(465, failed(FailureKind.CONNECT_TIMEOUT));

    assertThat(PortJudge.ofHost(465, false, round())).isEqualTo(PortVerdict.NO_LISTENER);
    assertThat(PortJudge.ofHost(465, true, round())).isEqualTo(PortVerdict.INCONCLUSIVE);
  }

  @Test
  void tellsAHostThatAnswersAndNotAsItShould() {
    controls(465, IPV4, new Ready(), "google", "sendgrid");
    want(465, failed(FailureKind.TLS_MODE_MISMATCH));

    assertThat(PortJudge.ofHost(465, true, round())).isEqualTo(PortVerdict.TARGET_FAULT);
  }

  @Test
  void takesARefusalByTheHostForAnOpenPort() {
    controls(587, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "google", "sendgrid");
    positive(IPV4, new Ready());
    want(587, answered(554));

    assertThat(PortJudge.ofHost(587, true, round())).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void saysWhatHappenedWhatItMeansAndWhatToDo() {
    controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx", "yahoo");
    controls(587, IPV4, new Ready(), "google", "sendgrid");
    positive(IPV4, new Ready());

    assertThat(words(25))
        .isEqualTo(
            "dropped at 3 of 3 operators, 443, 587 work: your network blocks port 25. Send through a"
                + " relay on 587, or ask your host to lift it. This was one look: look again in a"
                + " minute before you change the policy.");
    assertThat(words(587)).isEqualTo("open at 2 of 2 operators.");
  }

  private String words(int port) {
    ProbeRequest request =
        new ProbeRequest(new TreeSet<>(List.of(25, 587)), List.of(), false, Set.of());
    return new Words(request, round()).ofPort(port).words();
  }

  private PortVerdict ofPort(int port) {
    return PortJudge.ofPort(port, round());
  }

  private Round round() {
    return new Round(controls, wanted, positive);
  }

  private void controls(int port, AddressFamily family, Finding finding, String... operators) {
    for (String operator : operators) {
      control(operator, port, family, finding);
    }
  }

  private void control(String operator, int port, AddressFamily family, Finding finding) {
    control(operator, port, family, finding, PeerEvidence.NONE);
  }

  private void control(
      String operator, int port, AddressFamily family, Finding finding, PeerEvidence evidence) {
    controls.add(result(operator, port, family, finding, evidence));
  }

  private void want(int port, Finding finding) {
    wanted.add(result("relay", port, IPV4, finding, PeerEvidence.NONE));
  }

  private void positive(AddressFamily family, Finding finding) {
    positive.add(result("web", 443, family, finding, PeerEvidence.NONE));
  }

  private static ProbeResult result(
      String operator, int port, AddressFamily family, Finding finding, PeerEvidence evidence) {
    return new ProbeResult(
        new ProbeTarget(operator, "mail." + operator + ".test", port, TlsMode.STARTTLS),
        family,
        "192.0.2.1",
        finding,
        Duration.ofMillis(10),
        evidence);
  }

  private static Finding finding(String manner) {
    return manner.equals("open") ? new Ready() : failed(FailureKind.CONNECT_TIMEOUT);
  }

  private static Failed failed(FailureKind kind) {
    return switch (kind) {
      case CONNECT_TIMEOUT, CONNECT_REFUSED, NO_ROUTE, LOCAL_POLICY ->
          new Failed(Phase.CONNECT, kind, "as given");
      default -> new Failed(Phase.BANNER, kind, "as given");
    };
  }

  private static Answered answered(int code) {
    return new Answered(Phase.BANNER, new SmtpReply(code, Optional.empty(), "No"));
  }

  private static PeerEvidence banner(String text) {
    return new PeerEvidence(
        text, List.of(), false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static PeerEvidence certificate(String sha256) {
    return new PeerEvidence(
        "",
        List.of(),
        false,
        Optional.of("TLSv1.3"),
        Optional.of(
            new PeerCertificate("CN=a", "CN=b", sha256, Instant.parse("2027-01-01T00:00:00Z"))),
        Optional.empty());
  }
}
