package io.portolan.core.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.portolan.core.InvalidException;
import io.portolan.core.Problems;
import io.portolan.core.json.DocumentNode;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.pace.WarmUpDocument;
import io.portolan.core.policy.PauseRule.Scope;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import io.portolan.core.policy.PolicyRule.TimeoutsPart;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The port policy as JSON or YAML that people write. Reading is strict; writing gives every path
 * with its TLS mode and leaves out what is inherited, so that what is written reads as the same
 * policy.
 *
 * <p>A path may be written short, {@code direct:25} or {@code ses:587}, and without its TLS mode:
 * direct is opportunistic then, a relay's is what the relay speaks on that port.
 *
 * <p>Thread-safe.
 */
public final class PolicyDocument {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  private static final Pattern BARE_STAR =
      Pattern.compile("^[ \\t-]*isp:[ \\t]*(\\*)", Pattern.MULTILINE);

  private final Routes relays;

  /**
   * @param relays that say which TLS mode a path has that is written without
   */
  public PolicyDocument(Routes relays) {
    this.relays = relays;
  }

  /**
   * Reads a policy from JSON.
   *
   * @throws InvalidException with every place that is wrong, such as {@code rules[3].paths[0].port}
   */
  public PortPolicy readJson(String text) {
    Problems problems = new Problems();
    return read(DocumentNode.json(text, problems), problems);
  }

  /**
   * Reads a policy from YAML.
   *
   * @throws InvalidException with every place that is wrong, such as {@code rules[3].paths[0].port}
   */
  public PortPolicy readYaml(String text) {
    Matcher bare = BARE_STAR.matcher(text);
    if (bare.find()) {
      long line = text.substring(0, bare.start(1)).lines().count();
      throw new InvalidException("line " + line, "* must be quoted in YAML: isp: \"*\"");
    }
    Problems problems = new Problems();
    return read(DocumentNode.yaml(text, problems), problems);
  }

  public static String writeJson(PortPolicy policy) {
    return write(JSON, policy);
  }

  public static String writeYaml(PortPolicy policy) {
    return write(YAML, policy);
  }

  private PortPolicy read(DocumentNode document, Problems problems) {
    List<PolicyRule> rules = List.of();
    if (document.isObject("rules")) {
      rules =
          document.require("rules").stream()
              .flatMap(node -> node.items().stream())
              .map(this::rule)
              .toList();
    }
    problems.throwIfAny("The port policy cannot be read");
    return new PortPolicy(rules);
  }

  private PolicyRule rule(DocumentNode node) {
    if (!node.isObject(
        "isp", "paths", "pause", "limits", "timeouts", "retry", "autopilot", "note")) {
      return PolicyRule.of("");
    }
    return new PolicyRule(
        node.require("isp").flatMap(DocumentNode::text).orElse(""),
        node.find("paths").stream()
            .flatMap(paths -> paths.items().stream())
            .map(this::path)
            .flatMap(Optional::stream)
            .toList(),
        node.find("pause").stream()
            .flatMap(rules -> rules.items().stream())
            .map(PolicyDocument::pause)
            .flatMap(Optional::stream)
            .toList(),
        node.find("limits").map(PolicyDocument::limits).orElse(LimitsPart.INHERITED),
        node.find("timeouts").map(PolicyDocument::timeouts).orElse(TimeoutsPart.INHERITED),
        node.find("retry").map(PolicyDocument::retry).orElse(RetryPart.INHERITED),
        node.find("autopilot").flatMap(DocumentNode::flag).orElse(false),
        node.find("note").flatMap(DocumentNode::text).orElse(""));
  }

  private Optional<PolicyPath> path(DocumentNode node) {
    if (node.isText()) {
      return shortPath(node);
    }
    if (!node.isObject("route", "port", "tls", "minTls", "source", "share", "cap", "warmUp")) {
      return Optional.empty();
    }
    Optional<String> route = node.require("route").flatMap(DocumentNode::text);
    Optional<Integer> port = node.require("port").flatMap(value -> value.integer(1, 65_535));
    Optional<DocumentNode> tls = node.find("tls");
    Optional<TlsMode> mode =
        tls.flatMap(value -> value.oneOf(TlsMode::of, List.of(TlsMode.values()), TlsMode::id));
    if (route.isEmpty() || port.isEmpty() || (tls.isPresent() && mode.isEmpty())) {
      return Optional.empty();
    }
    if (route.get().isEmpty()) {
      node.find("route").ifPresent(place -> place.problem("is empty"));
      return Optional.empty();
    }
    Path path =
        new Path(route.get(), port.get(), mode.orElseGet(() -> usualTls(route.get(), port.get())));
    return Optional.of(
        new PolicyPath(
            path,
            node.find("minTls")
                .flatMap(
                    value ->
                        value.oneOf(TlsVersion::of, List.of(TlsVersion.values()), TlsVersion::id)),
            node.find("source").map(PolicyDocument::sources).orElse(List.of()),
            node.find("share").flatMap(DocumentNode::integer),
            node.find("cap").flatMap(PolicyDocument::cap),
            node.find("warmUp").flatMap(WarmUpDocument::read)));
  }

  private static List<String> sources(DocumentNode node) {
    List<DocumentNode> addresses = node.isText() ? List.of(node) : node.items();
    return addresses.stream().map(PolicyDocument::address).flatMap(Optional::stream).toList();
  }

  private static Optional<String> address(DocumentNode node) {
    Optional<String> text = node.text();
    try {
      // one form of each address, so that equal ones are seen to be so
      return text.map(literal -> InetAddress.ofLiteral(literal).getHostAddress());
    } catch (IllegalArgumentException e) {
      node.problem("must be an IP address, not " + quoted(text));
      return Optional.empty();
    }
  }

  private static Optional<Cap> cap(DocumentNode node) {
    Optional<String> text = node.text();
    Optional<Cap> cap = text.flatMap(Cap::parse);
    if (text.isPresent() && cap.isEmpty()) {
      node.problem("must be messages in a span, such as 500/h (m, h or d), not " + quoted(text));
    }
    return cap;
  }

  private static Optional<PauseRule> pause(DocumentNode node) {
    if (!node.isObject("reply", "for", "scope")) {
      return Optional.empty();
    }
    Optional<DocumentNode> place = node.require("reply");
    Optional<String> reply =
        place.flatMap(
            value -> value.isText() ? value.text() : value.integer().map(String::valueOf));
    Optional<String> problem = reply.flatMap(PauseRule::problem);
    problem.ifPresent(words -> place.ifPresent(value -> value.problem(words)));
    Optional<Duration> length = node.require("for").flatMap(DocumentNode::duration);
    Optional<DocumentNode> stated = node.find("scope");
    Optional<Scope> scope =
        stated.isEmpty()
            ? Optional.of(Scope.PLATFORM)
            : stated.flatMap(value -> value.oneOf(Scope::of, List.of(Scope.values()), Scope::id));
    return reply.isEmpty() || problem.isPresent() || length.isEmpty() || scope.isEmpty()
        ? Optional.empty()
        : Optional.of(new PauseRule(reply.get(), length.get(), scope.get()));
  }

  private static String quoted(Optional<String> text) {
    return "\"" + text.orElse("") + "\"";
  }

  private Optional<PolicyPath> shortPath(DocumentNode node) {
    String text = node.text().orElse("");
    int colon = text.lastIndexOf(':');
    String digits = text.substring(colon + 1);
    if (colon < 1 || !digits.matches("[1-9][0-9]{0,4}") || Integer.parseInt(digits) > 65_535) {
      node.problem("must be a path such as direct:25 or ses:587, not \"" + text + "\"");
      return Optional.empty();
    }
    String route = text.substring(0, colon);
    int port = Integer.parseInt(digits);
    return Optional.of(PolicyPath.of(new Path(route, port, usualTls(route, port))));
  }

  private TlsMode usualTls(String route, int port) {
    if (route.equals(Path.DIRECT)) {
      return TlsMode.OPPORTUNISTIC;
    }
    TlsMode usual = TlsMode.usualOn(port);
    return relays
        .find(route)
        .map(relay -> relay.tlsByPort().getOrDefault(port, usual))
        .orElse(usual);
  }

  private static LimitsPart limits(DocumentNode node) {
    if (!node.isObject(
        "connections",
        "messagesPerConnection",
        "messagesPerSecond",
        "connectionsPerMinute",
        "scope")) {
      return LimitsPart.INHERITED;
    }
    return new LimitsPart(
        node.find("connections").flatMap(DocumentNode::integer),
        node.find("messagesPerConnection").flatMap(DocumentNode::integer),
        node.find("messagesPerSecond").flatMap(DocumentNode::number),
        node.find("connectionsPerMinute").flatMap(DocumentNode::integer),
        node.find("scope")
            .flatMap(
                value ->
                    value.oneOf(
                        Limits.Scope::of, List.of(Limits.Scope.values()), Limits.Scope::id)));
  }

  private static TimeoutsPart timeouts(DocumentNode node) {
    if (!node.isObject("connect", "tls", "greeting", "command", "data", "dot")) {
      return TimeoutsPart.INHERITED;
    }
    return new TimeoutsPart(
        node.find("connect").flatMap(DocumentNode::duration),
        node.find("tls").flatMap(DocumentNode::duration),
        node.find("greeting").flatMap(DocumentNode::duration),
        node.find("command").flatMap(DocumentNode::duration),
        node.find("data").flatMap(DocumentNode::duration),
        node.find("dot").flatMap(DocumentNode::duration));
  }

  private static RetryPart retry(DocumentNode node) {
    if (!node.isObject("delays", "lifetime")) {
      return RetryPart.INHERITED;
    }
    return new RetryPart(
        node.find("delays").stream()
            .flatMap(delays -> delays.items().stream())
            .map(DocumentNode::duration)
            .flatMap(Optional::stream)
            .toList(),
        node.find("lifetime").flatMap(DocumentNode::duration));
  }

  private static String write(ObjectMapper mapper, PortPolicy policy) {
    ObjectNode document = mapper.createObjectNode();
    ArrayNode rules = document.putArray("rules");
    policy.rules().forEach(rule -> write(rules.addObject(), rule));
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a policy that cannot be written", e);
    }
  }

  private static void write(ObjectNode node, PolicyRule rule) {
    node.put("isp", rule.isp());
    if (!rule.paths().isEmpty()) {
      ArrayNode paths = node.putArray("paths");
      rule.paths().forEach(path -> write(paths.addObject(), path));
    }
    if (!rule.pauses().isEmpty()) {
      ArrayNode pauses = node.putArray("pause");
      for (PauseRule pause : rule.pauses()) {
        pauses
            .addObject()
            .put("reply", pause.reply())
            .put("for", HumanDuration.format(pause.length()))
            .put("scope", pause.scope().id());
      }
    }
    if (!rule.limits().equals(LimitsPart.INHERITED)) {
      ObjectNode limits = node.putObject("limits");
      LimitsPart part = rule.limits();
      part.connections().ifPresent(value -> limits.put("connections", value));
      part.messagesPerConnection().ifPresent(value -> limits.put("messagesPerConnection", value));
      part.messagesPerSecond().ifPresent(value -> limits.put("messagesPerSecond", value));
      part.connectionsPerMinute().ifPresent(value -> limits.put("connectionsPerMinute", value));
      part.scope().ifPresent(scope -> limits.put("scope", scope.id()));
    }
    if (!rule.timeouts().equals(TimeoutsPart.INHERITED)) {
      ObjectNode timeouts = node.putObject("timeouts");
      TimeoutsPart part = rule.timeouts();
      put(timeouts, "connect", part.connect());
      put(timeouts, "tls", part.tls());
      put(timeouts, "greeting", part.greeting());
      put(timeouts, "command", part.command());
      put(timeouts, "data", part.data());
      put(timeouts, "dot", part.dot());
    }
    if (!rule.retry().equals(RetryPart.INHERITED)) {
      ObjectNode retry = node.putObject("retry");
      if (!rule.retry().delays().isEmpty()) {
        ArrayNode delays = retry.putArray("delays");
        rule.retry().delays().forEach(delay -> delays.add(HumanDuration.format(delay)));
      }
      put(retry, "lifetime", rule.retry().lifetime());
    }
    if (rule.autopilot()) {
      node.put("autopilot", true);
    }
    if (!rule.note().isEmpty()) {
      node.put("note", rule.note());
    }
  }

  private static void write(ObjectNode node, PolicyPath path) {
    node.put("route", path.route()).put("port", path.port()).put("tls", path.tls().id());
    path.minTls().ifPresent(version -> node.put("minTls", version.id()));
    if (path.sources().size() == 1) {
      node.put("source", path.sources().getFirst());
    } else if (!path.sources().isEmpty()) {
      ArrayNode sources = node.putArray("source");
      path.sources().forEach(sources::add);
    }
    path.share().ifPresent(share -> node.put("share", share));
    path.cap().ifPresent(cap -> node.put("cap", cap.toString()));
    path.warmUp().ifPresent(plan -> WarmUpDocument.write(node.putObject("warmUp"), plan));
  }

  private static void put(ObjectNode node, String key, Optional<Duration> value) {
    value.ifPresent(duration -> node.put(key, HumanDuration.format(duration)));
  }
}
