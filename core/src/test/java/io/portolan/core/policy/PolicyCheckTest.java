package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.isp.IspDirectory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCheckTest {
  private static final String DEFAULT = "{isp: '*', paths: [direct:25]}";

  private final Routes routes = new TestRoutes();
  private final PolicyDocument documents = new PolicyDocument(routes);
  private final Map<String, String> blocked = new HashMap<>();
  private final PolicyCheck check =
      new PolicyCheck(
          Set.of("yahoo", "gmail", "orange", "aol")::contains,
          routes,
          new PolicyCheck.Surroundings(
              isp -> isp.equals("aol") ? "yahoo" : isp,
              "127.0.0.1"::equals,
              (path, platform) ->
                  Optional.ofNullable(blocked.get(path.label() + " to " + platform))));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{isp: yaho}                        | rules[1].isp            | no ISP",
        "{isp: yahoo, paths: [direct:587]}  | rules[1].paths[0].port  | direct MX has one port, 25;"
            + " 465, 587 and 2525 belong to relays",
        "{isp: yahoo, paths: [sess:587]}    | rules[1].paths[0].route | no relay",
        "{isp: yahoo, paths: [ses:2525]}    | rules[1].paths[0].port  | ses offers 465 (implicit),"
            + " 587 (starttls)",
        "{isp: yahoo, paths: [ses:465, {route: ses, port: 587, tls: implicit}]} |"
            + " rules[1].paths[1].tls | ses offers",
        "{isp: yahoo, paths: [odd:25]}      | rules[1].paths[0].tls   | credentials never travel"
            + " without TLS",
        "{isp: yahoo, paths: [{route: direct, port: 25, tls: implicit}]} | rules[1].paths[0].tls |"
            + " STARTTLS",
        "{isp: yahoo, paths: [ses:587, direct:25, ses:587]} | rules[1].paths[2] | twice",
        "{isp: '*', paths: [direct:25]}     | rules[1].isp            | rules[0]",
        "{isp: yahoo, limits: {connections: 0}}             | rules[1].limits.connections          "
            + " | at least 1",
        "{isp: yahoo, limits: {connections: -4}}            | rules[1].limits.connections          "
            + " | at least 1",
        "{isp: yahoo, limits: {messagesPerConnection: 0}}   | rules[1].limits.messagesPerConnection"
            + " | at least 1",
        "{isp: yahoo, limits: {messagesPerSecond: -0.5}}    | rules[1].limits.messagesPerSecond    "
            + " | or more",
        "{isp: yahoo, timeouts: {connect: 0s}}              | rules[1].timeouts.connect            "
            + " | longer",
        "{isp: yahoo, retry: {delays: [0s]}}                | rules[1].retry.delays                "
            + " | longer",
        "{isp: yahoo, retry: {delays: [2h], lifetime: 1h}}  | rules[1].retry.lifetime              "
            + " | first delay of 2h",
        "{isp: yahoo, retry: {lifetime: 1m}}                | rules[1].retry.lifetime              "
            + " | first delay of 15m",
        "{isp: yahoo, retry: {delays: [5d]}}                | rules[1].retry.lifetime              "
            + " | is 4d",
        "{isp: yahoo, paths: [{route: ses, port: 587, warmUp: {since: 2026-11-20, scheme: classic}},"
            + " {route: ses, port: 465, warmUp: {since: 2026-11-21, scheme: classic}}]} |"
            + " rules[1].paths[1].warmUp | a peer sees one source",
        "{isp: yahoo, limits: {connectionsPerMinute: -1}}   | rules[1].limits.connectionsPerMinute"
            + " | or more",
        "{isp: yahoo, paths: [{route: lan, port: 25, minTls: TLSv1.2}]} |"
            + " rules[1].paths[0].minTls | its tls is none",
        "{isp: yahoo, paths: [{route: direct, port: 25, minTls: TLSv1.3}]} |"
            + " rules[1].paths[0].minTls | say starttls",
        "{isp: yahoo, paths: [{route: ses, port: 587, share: 0}, ses:465]} |"
            + " rules[1].paths[0].share | within 1 to 100",
        "{isp: yahoo, paths: [{route: ses, port: 587, share: 60}, {route: ses, port: 465, share:"
            + " 50}]} | rules[1].paths | 110 percent",
        "{isp: yahoo, paths: [{route: direct, port: 25, source: [192.0.2.1, 192.0.2.1]}]} |"
            + " rules[1].paths[0].source | twice",
        "{isp: yahoo, paths: [{route: direct, port: 25, source: 192.0.2.1}, {route: direct, port:"
            + " 25, source: [192.0.2.2, 192.0.2.1]}]} | rules[1].paths[1] | direct:25 from"
            + " 192.0.2.1",
        "{isp: yahoo, pause: [{reply: 250, for: 5m}]}       | rules[1].pause[0].reply"
            + " | can never match",
        "{isp: yahoo, pause: [{reply: 2.1.5, for: 5m}]}     | rules[1].pause[0].reply"
            + " | can never match",
        "{isp: yahoo, pause: [{reply: 421, for: 0s}]}       | rules[1].pause[0].for  | longer"
      })
  void refusesInWordsThatNameRowAndField(String row, String place, String words) {
    PolicyCheck.Findings findings = check(DEFAULT + ", " + row);

    assertThat(findings.errors())
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.place()).isEqualTo(place);
              assertThat(error.reason()).contains(words);
            });
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(findings::throwIfRefused)
        .withMessageContaining(place);
  }

  @Test
  void acceptsARowForDomainsOutsideTheDirectory() {
    assertThat(check(DEFAULT + ", {isp: other, limits: {connections: 2}}").errors()).isEmpty();
  }

  @Test
  void namesTheRowInTheReason() {
    assertThat(check(DEFAULT + ", {isp: yahoo, paths: [direct:465]}").errors())
        .extracting(Problem::reason)
        .singleElement()
        .asString()
        .contains("yahoo");
  }

  @Test
  void refusesAPolicyWithoutDefaultRow() {
    assertThat(check("{isp: yahoo, paths: [direct:25]}").errors())
        .extracting(Problem::place)
        .containsExactly("rules");
  }

  @Test
  void refusesADefaultRowWithoutPaths() {
    assertThat(check("{isp: '*'}").errors())
        .extracting(Problem::place)
        .containsExactly("rules[0].paths");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{isp: yahoo, limits: {connections: 50}}          | rules[1].limits.connections",
        "{isp: yahoo, limits: {messagesPerConnection: 21}}| rules[1].limits.messagesPerConnection",
        "{isp: gmail, paths: [direct:25]}                 | rules[1].paths[0].tls",
        "{isp: yahoo, timeouts: {dot: 1m}}                | rules[1].timeouts.dot",
        "{isp: yahoo, pause: [{reply: 421, for: 1m}, {reply: 421, for: 2m}]} |"
            + " rules[1].pause[1].reply",
        "{isp: yahoo, pause: [{reply: 421, for: 4d}]}     | rules[1].pause[0].for",
        "{isp: yahoo, paths: [{route: ses, port: 587, share: 100}, direct:25]} | rules[1].paths[1]",
        "{isp: yahoo, paths: [{route: ses, port: 587, share: 60}, {route: direct, port: 25, share:"
            + " 20}]} | rules[1].paths",
        "{isp: yahoo, paths: [{route: direct, port: 25, source: 192.0.2.1}]} |"
            + " rules[1].paths[0].source",
        "{isp: yahoo, paths: [{route: ses, port: 587, warmUp: {since: 2026-11-20, scheme: classic}}]}"
            + " | rules[1].paths[0].warmUp",
        "{isp: aol, limits: {connections: 2}}             | rules[1].limits",
      })
  void warnsOfWhatIsAllowedAndUnwise(String row, String place) {
    PolicyCheck.Findings findings = check(DEFAULT + ", " + row);

    assertThat(findings.errors()).isEmpty();
    assertThat(findings.warnings()).extracting(Problem::place).containsExactly(place.strip());
  }

  @Test
  void warnsOfARowWhoseOnlyPathIsBlockedNow() {
    blocked.put("direct:25 to yahoo", "blocked (connect-timeout)");
    blocked.put("ses:587 to gmail", "blocked (connect-refused)");

    PolicyCheck.Findings findings =
        check(
            DEFAULT
                + ", {isp: aol, paths: [direct:25]}, {isp: yahoo, paths: [direct:25, ses:465]}"
                + ", {isp: gmail, paths: [ses:587]}");

    assertThat(findings.errors()).isEmpty();
    assertThat(findings.warnings())
        .extracting(Problem::toString)
        .satisfiesExactly(
            aol -> assertThat(aol).contains("rules[1].paths", "one path", "connect-timeout"),
            gmail -> assertThat(gmail).contains("rules[3].paths", "one path", "connect-refused"));
  }

  @Test
  void warnsOfARelayPathThatTwoRowsAskDifferentTlsOf() {
    PolicyCheck.Findings findings =
        check(
            DEFAULT
                + ", {isp: gmail, paths: [{route: ses, port: 587, minTls: TLSv1.3}]}"
                + ", {isp: yahoo, paths: [{route: ses, port: 587, minTls: TLSv1.2}]}");

    assertThat(findings.warnings())
        .extracting(Problem::place)
        .containsExactly("rules[2].paths[0].minTls");
  }

  @Test
  void takesAnAddressOfThisHost() {
    assertThat(check("{isp: '*', paths: [{route: direct, port: 25, source: 127.0.0.1}]}"))
        .isEqualTo(new PolicyCheck.Findings(List.of(), List.of()));
  }

  @Test
  void acceptsARelayWithoutTlsThatNeedsNoLogin() {
    assertThat(check("{isp: '*', paths: [lan:25, ses:587, ses:465, direct:25]}"))
        .isEqualTo(new PolicyCheck.Findings(List.of(), List.of()));
  }

  @Test
  void findsNothingWrongWithTheSeed() {
    IspDirectory directory = IspDirectory.builtIn();
    PolicyCheck real = new PolicyCheck(isp -> directory.find(isp).isPresent(), routes);

    assertThat(real.check(PolicySeed.policy()))
        .isEqualTo(new PolicyCheck.Findings(List.of(), List.of()));
  }

  @Test
  void seedsRowsForPlatformsAlone() {
    IspDirectory directory = IspDirectory.builtIn();

    assertThat(PolicySeed.policy().rules())
        .filteredOn(rule -> !rule.isp().equals("*"))
        .allSatisfy(
            rule ->
                assertThat(directory.find(rule.isp()))
                    .hasValueSatisfying(isp -> assertThat(isp.platform()).isEqualTo(isp.id())));
  }

  @Test
  void seedsTheGuidanceOfAnIsp() {
    PortPolicy seed = PolicySeed.policy();

    assertThat(seed.ruleFor(1, "gmail", "gmail"))
        .satisfies(
            rule -> {
              assertThat(rule.paths())
                  .containsExactly(PolicyPath.of(new Path("direct", 25, TlsMode.STARTTLS)));
              assertThat(rule.limits()).isEqualTo(new Limits(5, 50, 0));
              assertThat(rule.retry().delays().getFirst()).hasMinutes(10);
              assertThat(rule.retry().delays().get(1)).hasMinutes(15);
            });
    assertThat(seed.ruleFor(1, "mailru", "mailru").limits()).isEqualTo(new Limits(10, 100, 0));
    assertThat(seed.ruleFor(1, "aol", "yahoo").limits()).isEqualTo(new Limits(5, 20, 0));
    assertThat(seed.ruleFor(1, "other", "other"))
        .satisfies(
            rule -> {
              assertThat(rule.paths())
                  .containsExactly(PolicyPath.of(new Path("direct", 25, TlsMode.OPPORTUNISTIC)));
              assertThat(rule.limits()).isEqualTo(new Limits(10, 100, 0));
              assertThat(rule.retry().lifetime()).hasDays(4);
            });
  }

  private PolicyCheck.Findings check(String rows) {
    return check.check(documents.readYaml("{rules: [" + rows + "]}"));
  }
}
