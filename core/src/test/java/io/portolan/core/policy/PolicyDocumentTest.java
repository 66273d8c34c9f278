package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.pace.WarmUp;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import io.portolan.core.policy.PolicyRule.TimeoutsPart;
import java.time.Duration;
import java.time.LocalDate;
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
                List.of(PolicyPath.of(new Path("direct", 25, TlsMode.OPPORTUNISTIC))),
                List.of(),
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
                false,
                ""),
            PolicyRule.of(
                    "yahoo",
                    new Path("ses", 587, TlsMode.STARTTLS),
                    new Path("ses", 465, TlsMode.IMPLICIT),
                    new Path("direct", 25, TlsMode.OPPORTUNISTIC))
                .withNote("by trial"));
  }

  @Test
  void readsTheOptionsOfPathsAndThePauses() {
    PolicyRule rule =
        documents
            .readYaml(
                """
                rules:
                  - isp: gmail
                    paths:
                      - {route: ses, port: 587, minTls: TLSv1.3, share: 30, cap: 500/h}
                      - {route: direct, port: 25, source: [192.0.2.7, "2001:db8::7"]}
                      - {route: direct, port: 25, tls: none, source: 192.0.2.9}
                    pause:
                      - {reply: 4.7.28, for: 10m}
                      - {reply: 421, for: 1m, scope: path}
                    limits: {connectionsPerMinute: 60}
                """)
            .rules()
            .getFirst();

    Path direct = new Path("direct", 25, TlsMode.OPPORTUNISTIC);
    assertThat(rule.paths())
        .containsExactly(
            PolicyPath.of(new Path("ses", 587, TlsMode.STARTTLS))
                .withMinTls(TlsVersion.TLS_1_3)
                .withShare(30)
                .withCap(new PolicyPath.Cap(500, PolicyPath.Span.HOUR)),
            PolicyPath.of(direct).withSources("192.0.2.7", "2001:db8:0:0:0:0:0:7"),
            PolicyPath.of(new Path("direct", 25, TlsMode.NONE)).withSources("192.0.2.9"));
    assertThat(rule.paths().get(1).each())
        .containsExactly(direct.from("192.0.2.7"), direct.from("2001:db8:0:0:0:0:0:7"));
    assertThat(rule.pauses())
        .containsExactly(
            new PauseRule("4.7.28", Duration.ofMinutes(10), PauseRule.Scope.PLATFORM),
            new PauseRule("421", Duration.ofMinutes(1), PauseRule.Scope.PATH));
    assertThat(rule.limits().connectionsPerMinute()).contains(60);
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
        "{rules: [{isp: a, limits: {scope: region}}]}    | rules[0].limits.scope",
        "{rules: [{isp: a, paths: [{route: s, port: 1, warmUp: {scheme: classic}}]}]}"
            + " | rules[0].paths[0].warmUp.since",
        "{rules: [{isp: a, paths: [{route: s, port: 1, warmUp: {since: today, scheme: classic}}]}]}"
            + " | rules[0].paths[0].warmUp.since",
        "{rules: [{isp: a, paths: [{route: s, port: 1, warmUp: {since: '2026-11-20', scheme: quick}}]}]}"
            + " | rules[0].paths[0].warmUp.scheme",
        "{rules: [{isp: a, paths: [{route: s, port: 1, warmUp: {since: '2026-11-20', scheme: [5/d, 6/d], firstStep: 3}}]}]}"
            + " | rules[0].paths[0].warmUp.firstStep",
        "{rules: [{isp: a, paths: [{route: s, port: 1, warmUp: {since: '2026-11-20', scheme: [5/d, 6/h]}}]}]}"
            + " | rules[0].paths[0].warmUp.scheme",
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
        "{rules: [{isp: a, limits: {connectionsPerMinute: x}}]} |"
            + " rules[0].limits.connectionsPerMinute",
        "{rules: [{isp: a, paths: [{route: x, port: 25, minTls: TLSv1.1}]}]} |"
            + " rules[0].paths[0].minTls",
        "{rules: [{isp: a, paths: [{route: x, port: 25, source: host.test}]}]} |"
            + " rules[0].paths[0].source",
        "{rules: [{isp: a, paths: [{route: x, port: 25, source: [192.0.2.1, 300.1.1.1]}]}]} |"
            + " rules[0].paths[0].source[1]",
        "{rules: [{isp: a, paths: [{route: x, port: 25, share: half}]}]} | rules[0].paths[0].share",
        "{rules: [{isp: a, paths: [{route: x, port: 25, cap: 500}]}]}    | rules[0].paths[0].cap",
        "{rules: [{isp: a, paths: [{route: x, port: 25, cap: 0/h}]}]}    | rules[0].paths[0].cap",
        "{rules: [{isp: a, pause: [{for: 5m}]}]}                | rules[0].pause[0].reply",
        "{rules: [{isp: a, pause: [{reply: 421}]}]}             | rules[0].pause[0].for",
        "{rules: [{isp: a, pause: [{reply: slow, for: 5m}]}]}   | rules[0].pause[0].reply",
        "{rules: [{isp: a, pause: [{reply: '/(/', for: 5m}]}]}  | rules[0].pause[0].reply",
        "{rules: [{isp: a, pause: [{reply: 421, for: 5m, scope: isp}]}]} | rules[0].pause[0].scope",
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

  private static Arbitrary<WarmUp> warmUps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 20_000).map(LocalDate::ofEpochDay),
            Arbitraries.of(
                WarmUp.Scheme.CLASSIC.steps(),
                WarmUp.Scheme.SENDGRID.steps(),
                List.of(new PolicyPath.Cap(70, PolicyPath.Span.DAY))),
            Arbitraries.integers().between(0, 15))
        .as((since, steps, first) -> new WarmUp(since, steps, Math.min(first, steps.size() - 1)));
  }

  @Provide
  Arbitrary<PortPolicy> policies() {
    Arbitrary<String> names =
        Arbitraries.of(
            "*", "yahoo", "yes", "null", "1", "1e3", "0x1F", "1:30", "a: b", "- x", "\"", "#", "");
    Arbitrary<PolicyPath> paths =
        Combinators.combine(
                Combinators.combine(
                        Arbitraries.of("direct", "ses", "on", "~"),
                        Arbitraries.integers().between(1, 65_535),
                        Arbitraries.of(TlsMode.class))
                    .as(Path::new),
                Arbitraries.of(TlsVersion.class).optional(),
                Arbitraries.of("192.0.2.1", "198.51.100.7", "2001:db8:0:0:0:0:0:5")
                    .list()
                    .ofMaxSize(3),
                Arbitraries.integers().optional(),
                Combinators.combine(
                        Arbitraries.integers().between(1, 999_999_999),
                        Arbitraries.of(PolicyPath.Span.class))
                    .as(PolicyPath.Cap::new)
                    .optional(),
                warmUps().optional())
            .as(PolicyPath::new);
    Arbitrary<Duration> durations =
        Arbitraries.longs().between(0, 900_000_000).map(Duration::ofMillis);
    Arbitrary<PauseRule> pauses =
        Combinators.combine(
                Arbitraries.of("421", "4.7.28", "9.1.1", "/rate: \"limit\" #1/", "/^4.. \\S+ ~/"),
                durations,
                Arbitraries.of(PauseRule.Scope.class))
            .as(PauseRule::new);
    Arbitrary<LimitsPart> limits =
        Combinators.combine(
                Arbitraries.integers().optional(),
                Arbitraries.integers().optional(),
                Arbitraries.doubles().between(-1e6, 1e6).optional(),
                Arbitraries.integers().optional(),
                Arbitraries.of(Limits.Scope.class).optional())
            .as(LimitsPart::new);
    Arbitrary<Optional<Duration>> maybe = durations.optional();
    Arbitrary<TimeoutsPart> timeouts =
        Combinators.combine(maybe, maybe, maybe, maybe, maybe, maybe).as(TimeoutsPart::new);
    Arbitrary<RetryPart> retries =
        Combinators.combine(durations.list().ofMaxSize(3), maybe).as(RetryPart::new);
    return Combinators.combine(
            names,
            paths.list().ofMaxSize(3),
            pauses.list().ofMaxSize(2),
            limits,
            timeouts,
            retries,
            Arbitraries.of(true, false),
            names)
        .as(PolicyRule::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(PortPolicy::new);
  }
}
