package io.portolan.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.RelayReporting.EventWay;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RelayReportingTest {
  private static final Map<String, String> HOSTS =
      Map.of(
          "ses", "email-smtp.eu-west-1.amazonaws.com",
          "own", "smtp.example.net",
          "post", "smtp.postmarkapp.com",
          "grid", "smtp.sendgrid.net",
          "jet", "in-v3.mailjet.com");

  @Test
  void takesAVendorsWebhookForTheRelaysOnItsHosts() {
    assertThat(reports(way("ses"), "ses", true)).isEqualTo(RelayReports.EVENTS);
    assertThat(reports(way("ses"), "own", true)).isEqualTo(RelayReports.BOUNCES);
    assertThat(reports(way("sendgrid"), "ses", false)).isEqualTo(RelayReports.NOTHING);
  }

  @Test
  void takesTheGenericWebhookForThoseWithoutOneOfTheirOwn() {
    assertThat(reports(way("generic"), "own", false)).isEqualTo(RelayReports.EVENTS);
    assertThat(reports(way("generic"), "jet", false)).isEqualTo(RelayReports.EVENTS);
    assertThat(reports(way("generic"), "ses", false)).isEqualTo(RelayReports.NOTHING);
  }

  @Test
  void takesAWebhookThatNamesARelayForThatOneAlone() {
    EventWay named = new EventWay("ses", Optional.of("own"));

    assertThat(reports(named, "own", false)).isEqualTo(RelayReports.EVENTS);
    assertThat(reports(named, "ses", false)).isEqualTo(RelayReports.NOTHING);
  }

  /** The host of a relay that was deleted tells no more whose events are its. */
  @Test
  void doesNotGuessAtARelayThatIsNotThereAnyMore() {
    assertThat(reports(way("generic"), "gone", true)).isEqualTo(RelayReports.UNKNOWN);
    assertThat(reports(new EventWay("ses", Optional.of("gone")), "gone", true))
        .isEqualTo(RelayReports.EVENTS);
  }

  @Test
  void expectsNoBouncesOfAServiceThatReplacesTheReturnPath() {
    assertThat(reports(way("ses"), "post", true)).isEqualTo(RelayReports.NOTHING);
    assertThat(reports(way("ses"), "grid", true)).isEqualTo(RelayReports.NOTHING);
    assertThat(reports(way("postmark"), "post", true)).isEqualTo(RelayReports.EVENTS);
  }

  @Test
  void namesTheRelaysWhoseEventsComeThoseThatAreGoneAmongThem() {
    RelayReporting reporting =
        new RelayReporting(
            RelayReportingTest::find,
            List.of(way("ses"), new EventWay("generic", Optional.of("gone"))),
            true);

    assertThat(reporting.byEvents(List.of("ses", "own", "post"))).containsExactly("gone", "ses");
  }

  @Test
  void saysWhatToExpect() {
    assertThat(RelayReports.NOTHING.words("own"))
        .contains("relay own", "does not report", "nothing will arrive");
    assertThat(RelayReports.values())
        .allSatisfy(
            reports ->
                assertThat(reports.words("own"))
                    .startsWith("Accepted by relay own; the ISP's answer is not known. ")
                    .endsWith("."));
  }

  private static EventWay way(String vendor) {
    return new EventWay(vendor, Optional.empty());
  }

  private static RelayReports reports(EventWay way, String relay, boolean takesBounces) {
    return new RelayReporting(RelayReportingTest::find, List.of(way), takesBounces).of(relay);
  }

  private static Optional<Relay> find(String name) {
    return Optional.ofNullable(HOSTS.get(name))
        .map(host -> new Relay(name, host, "", "", List.of(new RelayPort(587, TlsMode.STARTTLS))));
  }
}
