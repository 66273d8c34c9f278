package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import io.portolan.core.policy.PolicyRule.TimeoutsPart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyDocumentTest {
  private static final String WHOLE =
      """
      rules:
        - isp: "*"
          paths:
            - {route: direct, port: 25, tls: opportunistic}
          limits: {connections: 10, messagesPerConnection: 100, messagesPerSecond: 0}
          timeouts: {connect: 10s, tls: 10s, greeting: 5m, command: 5m, data: 3m, dot: 10m}
          retry: {delays: [15m, 30m, 1h], lifetime: 4d}
        - isp: yahoo
          paths: [ses:587, ses:465, direct:25]
          note: by trial
      """;

  private final PolicyDocument documents = new PolicyDocument(new TestRoutes());

  @Test
  void readsAWholePolicy() {
    PortPolicy policy = documents.readYaml(WHOLE);

    assertThat(policy.rules())
        .containsExactly(
            new PolicyRule(
                "*",
                List.of(new Path("direct", 25, TlsMode.OPPORTUNISTIC)),
                PortPolicyTest.limits(10, 100, 0),
                new TimeoutsPart(
                    Optional.of(Duration.ofSeconds(10)),
                    Optional.of(Duration.ofSeconds(10)),
                    Optional.of(Duration.ofMinutes(5)),
                    Optional.of(Duration.ofMinutes(5)),
                    Optional.of(Duration.ofMinutes(3)),
                    Optional.of(Duration.ofMinutes(10))),
                new RetryPart(
                    List.of(Duration.ofMinutes(15), Duration.ofMinutes(30), Duration.ofHours(1)),
                    Optional.of(Duration.ofDays(4))),
                ""),
            PolicyRule.of(
                    "yahoo",
                    new Path("ses", 587, TlsMode.STARTTLS),
                    new Path("ses", 465, TlsMode.IMPLICIT),
                    new Path("direct", 25, TlsMode.OPPORTUNISTIC))
                .withNote("by trial"));
  }

  @ParameterizedTest
  @CsvSource({
    "direct:25, opportunistic",
    "ses:587, starttls",
    "ses:465, implicit",
    "lan:25, none",
    "unknown:465, implicit",
    "unknown:2525, starttls"
  })
  void givesAShortPathTheTlsModeOfItsPort(String path, String tls) {
    PortPolicy policy =
        documents.readJson("{\"rules\": [{\"isp\": \"*\", \"paths\": [\"" + path + "\"]}]}");

    assertThat(policy.rules().getFirst().paths())
        .extracting(each -> each.tls().id())
        .containsExactly(tls);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                                              | document",
        "{}                                              | rules",
        "{rules: []}                                     | rules",
        "{rules: {}}                                     | rules",
        "{rules: [], version: 3}                         | version",
        "{rules: [{isp: '*', path: [direct:25]}]}        | rules[0].path",
        "{rules: [{paths: [direct:25]}]}                 | rules[0].isp",
        "{rules: [{isp: 5}]}                             | rules[0].isp",
        "{rules: [{isp: a}, {isp: b, paths: []}]}        | rules[1].paths",
        "{rules: [{isp: a, paths: [direct]}]}            | rules[0].paths[0]",
        "{rules: [{isp: a, paths: ['direct:0']}]}        | rules[0].paths[0]",
        "{rules: [{isp: a, paths: ['direct:70000']}]}    | rules[0].paths[0]",
        "{rules: [{isp: a, paths: [{route: x}]}]}        | rules[0].paths[0].port",
        "{rules: [{isp: a, paths: [{route: x, port: 99999}]}]}        | rules[0].paths[0].port",
        "{rules: [{isp: a, paths: [{route: x, port: '25'}]}]}         | rules[0].paths[0].port",
        "{rules: [{isp: a, paths: [{route: x, port: 25, tls: ssl}]}]} | rules[0].paths[0].tls",
        "{rules: [{isp: a, limits: {connections: 2.5}}]}              |"
            + " rules[0].limits.connections",
        "{rules: [{isp: a, limits: {connections: 5000000000}}]}       |"
            + " rules[0].limits.connections",
        "{rules: [{isp: a, limits: {messagesPerSecond: fast}}]} |"
            + " rules[0].limits.messagesPerSecond",
        "{rules: [{isp: a, timeouts: {dot: 600}}]}       | rules[0].timeouts.dot",
        "{rules: [{isp: a, timeouts: {dot: 10 min}}]}    | rules[0].timeouts.dot",
        "{rules: [{isp: a, retry: {delays: [5m, soon]}}]}| rules[0].retry.delays[1]",
        "{rules: [{isp: a, retry: {lifetime: }}]}        | rules[0].retry.lifetime",
        "{rules: [{isp: a, limits: }]}                   | rules[0].limits",
      })
  void namesThePlaceOfWhatIsWrong(String yaml, String place) {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> documents.readYaml(yaml))
        .satisfies(
            refusal ->
                assertThat(refusal.problems()).extracting(Problem::place).contains(place.strip()));
  }

  @Test
  void saysAllThatIsWrongAtOnce() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () ->
                documents.readYaml(
                    "{rules: [{isp: a, limit: {}, retry: {lifetime: x}}, {paths: [direct]}]}"))
        .satisfies(refusal -> assertThat(refusal.problems()).hasSize(4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rules: [", "{\"rules\": []} x", "{\"rules\": [], \"rules\": []}", ""})
  void refusesBrokenDocuments(String text) {
    assertThatExceptionOfType(InvalidException.class).isThrownBy(() -> documents.readJson(text));
  }

  @Test
  void explainsThatAStarMustBeQuotedInYaml() {
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> documents.readYaml("rules:\n  - isp: *\n    paths: [direct:25]\n"))
        .withMessageContaining("line 2")
        .withMessageContaining("quoted");
  }

  @Property(tries = 300)
  void readsWhatItWrites(@ForAll("policies") PortPolicy policy) {
    assertThat(documents.readYaml(PolicyDocument.writeYaml(policy))).isEqualTo(policy);
    assertThat(documents.readJson(PolicyDocument.writeJson(policy))).isEqualTo(policy);
  }

  @Provide
  Arbitrary<PortPolicy> policies() {
    Arbitrary<String> names =
        Arbitraries.of(
            "*", "yahoo", "yes", "null", "1", "1e3", "0x1F", "1:30", "a: b", "- x", "\"", "#", "");
    Arbitrary<Path> paths =
        Combinators.combine(
                Arbitraries.of("direct", "ses", "on", "~"),
                Arbitraries.integers().between(1, 65_535),
                Arbitraries.of(TlsMode.class))
            .as(Path::new);
    Arbitrary<Duration> durations =
        Arbitraries.longs().between(0, 900_000_000).map(Duration::ofMillis);
    Arbitrary<LimitsPart> limits =
        Combinators.combine(
                Arbitraries.integers().optional(),
                Arbitraries.integers().optional(),
                Arbitraries.doubles().between(-1e6, 1e6).optional())
            .as(LimitsPart::new);
    Arbitrary<Optional<Duration>> maybe = durations.optional();
    Arbitrary<TimeoutsPart> timeouts =
        Combinators.combine(maybe, maybe, maybe, maybe, maybe, maybe).as(TimeoutsPart::new);
    Arbitrary<RetryPart> retries =
        Combinators.combine(durations.list().ofMaxSize(3), maybe).as(RetryPart::new);
    return Combinators.combine(names, paths.list().ofMaxSize(3), limits, timeouts, retries, names)
        .as(PolicyRule::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(PortPolicy::new);
  }
}
