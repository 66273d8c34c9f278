package io.portolan.sender.probe;

import static io.portolan.sender.probe.AddressFamily.IPV4;
import static io.portolan.sender.probe.AddressFamily.IPV6;
import static io.portolan.sender.probe.TestingRound.answered;
import static io.portolan.sender.probe.TestingRound.failed;
import static io.portolan.sender.probe.TestingRound.finding;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.sender.probe.ProbeResult.Ready;
import io.portolan.sender.smtp.FailureKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortJudgeTest {
  private final TestingRound looks = new TestingRound();

  @Test
  void callsAPortOpenThatGetsThroughWhateverThePeersSay() {
    looks.control("gmail", 25, IPV4, new Ready());
    looks.control("gmx", 25, IPV4, answered(554));
    looks.control("yahoo", 25, IPV4, answered(421));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {
        "CONNECT_TIMEOUT",
        "CONNECT_REFUSED",
        "HOST_UNREACHABLE",
        "NO_ROUTE",
        "RESET",
        "TLS_SILENT"
      })
  void callsAPortBlockedThatIsStoppedEverywhereWhileAnotherGetsOut(FailureKind kind) {
    looks.controls(25, IPV4, failed(kind), "gmail", "gmx", "yahoo");
    looks.positive(IPV4, new Ready());

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
  }

  @Test
  void takesAnotherMailPortForASignThatSomethingGetsOut() {
    looks.controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    looks.controls(587, IPV4, new Ready(), "gmail", "sendgrid");

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
    assertThat(looks.ofPort(587)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void blamesNoPortWhenNothingGetsOut() {
    looks.controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    looks.positive(IPV4, failed(FailureKind.CONNECT_TIMEOUT));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.EGRESS_DOWN);
  }

  @Test
  void judgesNoPortByOneOperator() {
    looks.control("gmail", 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));
    looks.control("gmail", 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));
    looks.positive(IPV4, new Ready());

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.INCONCLUSIVE);
  }

  @Test
  void judgesNoPortByHostsWithoutAnAddress() {
    looks.controls(25, IPV4, failed(FailureKind.DNS), "gmail", "gmx", "yahoo");
    looks.positive(IPV4, new Ready());

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.INCONCLUSIVE);
    assertThat(looks.words(25))
        .isEqualTo(
            "no host could be asked, so nothing can be said of the port: as given. Look at the DNS"
                + " first.");
  }

  @ParameterizedTest
  @CsvSource({"3, 1, OPEN", "2, 2, OPEN", "1, 3, INCONCLUSIVE"})
  void needsHalfOfTheOperators(int open, int dropped, PortVerdict verdict) {
    for (int i = 0; i < open; i++) {
      looks.control("open" + i, 25, IPV4, new Ready());
    }
    for (int i = 0; i < dropped; i++) {
      looks.control("dropped" + i, 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));
    }

    assertThat(looks.ofPort(25)).isEqualTo(verdict);
  }

  @Test
  void tellsABlockOfIpv6Alone() {
    looks.controls(25, IPV4, new Ready(), "gmail", "gmx");
    looks.controls(25, IPV6, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    looks.positive(IPV6, new Ready());

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.IPV6_ONLY);
  }

  @Test
  void blamesNoPortForAHostWithoutIpv6() {
    looks.controls(25, IPV4, new Ready(), "gmail", "gmx");
    looks.controls(25, IPV6, failed(FailureKind.NO_ROUTE), "gmail", "gmx");
    looks.positive(IPV6, failed(FailureKind.NO_ROUTE));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void judgesAHostOfIpv6AloneByIpv6() {
    looks.controls(25, IPV4, failed(FailureKind.NO_ROUTE), "gmail", "gmx");
    looks.controls(25, IPV6, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    looks.positive(IPV6, new Ready());

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
  }

  @Test
  void letsIpv6DecideNothingWhereIpv4GetsOut() {
    looks.control("gmail", 25, IPV4, new Ready());
    looks.controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmx", "yahoo", "web");
    looks.controls(25, IPV6, failed(FailureKind.NO_ROUTE), "gmail", "gmx");
    assertThat(looks.ofPort(25)).as("without IPv6 here").isEqualTo(PortVerdict.INCONCLUSIVE);

    looks.positive(IPV6, new Ready());
    assertThat(looks.ofPort(25)).as("with IPv6 here").isEqualTo(PortVerdict.INCONCLUSIVE);
  }

  @Test
  void judgesByIpv6WhereNoControlHostHasIpv4() {
    looks.controls(25, IPV6, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    looks.positive(IPV4, new Ready());

    assertThat(looks.ofPort(25)).as("without IPv6 here").isEqualTo(PortVerdict.INCONCLUSIVE);
    assertThat(looks.words(25))
        .contains("IPv6 addresses only")
        .doesNotContain("no control host is known");

    looks.positive(IPV6, new Ready());

    assertThat(looks.ofPort(25)).as("with IPv6 here").isEqualTo(PortVerdict.PORT_BLOCKED);
    assertThat(looks.words(25)).startsWith("dropped at 2 of 2 operators, 443 works");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.25", "100.64.0.25"})
  void takesNoHostOfOurOwnNetworkForASignThatSomethingGetsOut(String inside) {
    looks.controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx");
    looks.want(25, TlsMode.STARTTLS, inside, new Ready());
    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.EGRESS_DOWN);

    looks.want(587, TlsMode.STARTTLS, "192.0.2.1", new Ready());
    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.PORT_BLOCKED);
  }

  @Test
  void tellsThisHostsOwnRulesFromTheNetworks() {
    looks.control("gmail", 25, IPV4, failed(FailureKind.LOCAL_POLICY));
    looks.control("gmx", 25, IPV4, failed(FailureKind.CONNECT_TIMEOUT));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.LOCAL_POLICY);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"TLS_NOT_OFFERED", "MASKED", "TLS_REFUSED"})
  void tellsThatTlsIsTakenOut(FailureKind kind) {
    looks.controls(25, IPV4, failed(kind), "gmail", "gmx", "yahoo");

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.TLS_STRIPPED);
  }

  @Test
  void leavesOneServerWithoutTlsToItself() {
    looks.control("gmail", 25, IPV4, new Ready());
    looks.control("gmx", 25, IPV4, new Ready());
    looks.control("yahoo", 25, IPV4, failed(FailureKind.TLS_NOT_OFFERED));

    assertThat(looks.ofPort(25)).isEqualTo(PortVerdict.OPEN);
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
    looks.controls(465, IPV4, finding(atControls), "google", "sendgrid");
    looks.positive(IPV4, new Ready());
    looks.want(465, failed(FailureKind.CONNECT_TIMEOUT));
    looks.want(587, finding(otherPort));

    assertThat(PortJudge.ofHost(465, true, looks.round())).isEqualTo(verdict);
  }

  @Test
  void knowsThatAServiceNeverHadThePort() {
    looks.controls(465, IPV4, new Ready(), "google", "sendgrid");
    looks.want(465, failed(FailureKind.CONNECT_TIMEOUT));

    assertThat(PortJudge.ofHost(465, false, looks.round())).isEqualTo(PortVerdict.NO_LISTENER);
    assertThat(PortJudge.ofHost(465, true, looks.round())).isEqualTo(PortVerdict.INCONCLUSIVE);
  }

  @Test
  void tellsAHostThatAnswersAndNotAsItShould() {
    looks.controls(465, IPV4, new Ready(), "google", "sendgrid");
    looks.want(465, failed(FailureKind.TLS_MODE_MISMATCH));

    assertThat(PortJudge.ofHost(465, true, looks.round())).isEqualTo(PortVerdict.TARGET_FAULT);
  }

  @Test
  void takesARefusalByTheHostForAnOpenPort() {
    looks.controls(587, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "google", "sendgrid");
    looks.positive(IPV4, new Ready());
    looks.want(587, answered(554));

    assertThat(PortJudge.ofHost(587, true, looks.round())).isEqualTo(PortVerdict.OPEN);
  }

  @Test
  void saysWhatHappenedWhatItMeansAndWhatToDo() {
    looks.controls(25, IPV4, failed(FailureKind.CONNECT_TIMEOUT), "gmail", "gmx", "yahoo");
    looks.controls(587, IPV4, new Ready(), "google", "sendgrid");
    looks.positive(IPV4, new Ready());

    assertThat(looks.words(25))
        .isEqualTo(
            "dropped at 3 of 3 operators, 443, 587 work: your network blocks port 25. Send through a"
                + " relay on 587, or ask your host to lift it. This was one look: look again in a"
                + " minute before you change the policy.");
    assertThat(looks.words(587)).isEqualTo("open at 2 of 2 operators.");
  }
}
